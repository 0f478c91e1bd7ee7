from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dma_crm import jobs, metrics


class OutboxConfig(AppConfig):
    name = "outbox"
    verbose_name = _("Outbox")

    def ready(self):
        from accounts import status  # noqa: PLC0415 - models load before
        from outbox import (  # noqa: PLC0415 - models load before
            delivery,
            examinations,
            kinds,
            menu,
            registry,
            wording,
        )
        from outbox.bounces.reading import read_bounces  # noqa: PLC0415 - as above
        from outbox.metrics import gauges  # noqa: PLC0415 - as above
        from outbox.webhooks import registration  # noqa: PLC0415 - as above

        jobs.register("outbox.deliver", every_seconds=5, work=delivery.deliver)
        jobs.register("outbox.bounces", every_seconds=300, work=read_bounces)
        metrics.register(gauges)
        examinations.register()
        menu.register()
        status.register_warning(wording.freeze_warning)
        registry.register_kind(
            kinds.ACCOUNT,
            label=_("Login and password"),
            build=kinds.build_account_mail,
            may_go=kinds.account_mail_may_go,
            body_visible=False,
            essential=True,
        )
        registration.register()
