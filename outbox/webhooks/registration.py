"""What webhooks bring along; called once, when all apps are loaded."""

from dma_crm import jobs
from outbox.webhooks import delivery, notices, retention

TIDIED_EVERY = 3600


def register() -> None:
    jobs.register("outbox.deliver_webhooks", every_seconds=5, work=delivery.deliver)
    jobs.register("outbox.tidy_webhooks", every_seconds=TIDIED_EVERY, work=retention.tidy)
    notices.register()
