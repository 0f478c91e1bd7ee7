from allauth.account.decorators import secure_admin_login
from django.contrib import admin


def wrap() -> None:
    """Django's admin has a login of its own, which knows neither second factor nor rate limits."""
    admin.site.login = secure_admin_login(admin.site.login)
