"""Django's mail API ends in the outbox too: the login library's mails go this way."""

from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    pass
