from django.apps import AppConfig
from django.db.models import IntegerField
from django.utils.translation import gettext_lazy as _

from dma_crm.lookups import IntegerIn


class FrameConfig(AppConfig):
    name = "dma_crm"
    verbose_name = _("Frame")

    def ready(self):
        from dma_crm import examinations  # noqa: PLC0415 - needs loaded models

        examinations.register()
        IntegerField.register_lookup(IntegerIn)
