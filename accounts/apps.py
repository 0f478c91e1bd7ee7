from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self):
        from accounts import admin_login, checks, menu  # noqa: PLC0415 - need loaded models
        from dma_crm import doctor, serving  # noqa: PLC0415 - as above

        menu.register()
        admin_login.wrap()
        serving.register(checks.no_demo_accounts)
        doctor.register("demo_accounts", _("Demo accounts"), checks.demo_accounts, order=30)
