from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DashboardsConfig(AppConfig):
    name = "dashboards"
    verbose_name = _("Figures")

    def ready(self):
        from accounts.models import AGENCY_ROLES, Role  # noqa: PLC0415 - needs loaded models
        from accounts.navigation import main  # noqa: PLC0415 - as above

        main.register("dashboards:stages", _("Phases"), roles=AGENCY_ROLES, order=70, icon="kanban")
        main.register(
            "dashboards:figures", _("Figures"), roles=Role, order=90, icon="bar-chart", key="k"
        )
