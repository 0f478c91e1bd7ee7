from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dma_crm import jobs


class PartnerApiConfig(AppConfig):
    name = "partner_api"
    verbose_name = _("Partner API")

    def ready(self):
        from partner_api.idempotency import forget_old  # noqa: PLC0415 - needs the models
        from partner_api.portal import menu  # noqa: PLC0415 - as above

        jobs.register("partner_api.forget_idempotency_keys", every_seconds=3600, work=forget_old)
        menu.register()
