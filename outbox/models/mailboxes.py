from django.db import models

from dma_crm.models import Timestamped
from dma_crm.privacy import Privacy


class MailboxPosition(Timestamped):
    """How far the mailbox of returned mails has been read: the number of the last mail.

    Numbers count only while the server gives the same `validity`.
    """

    PRIVACY = Privacy(not_personal="mailbox validity last")

    mailbox = models.CharField(max_length=300, unique=True)
    validity = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)

    def __str__(self):
        return f"{self.mailbox}: {self.last}"
