"""Users in Django's admin, for repairs only: the pages under Verwaltung are the daily way."""

from django.contrib import admin

from accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Role, organisation and activity change under Verwaltung, which ends sessions as well."""

    list_display = ["name", "email", "role", "organisation", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["name", "email"]
    fields = [
        "name",
        "email",
        "phone",
        "role",
        "organisation",
        "deputy",
        "absent_from",
        "absent_until",
        "is_active",
        "single_key_shortcuts",
        "last_login",
    ]
    readonly_fields = ["email", "role", "organisation", "is_active", "last_login"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
