from django import template
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.models import Role, User
from dma_crm.demo import PASSWORD

register = template.Library()


@register.simple_tag
def demo_accounts() -> list[dict]:
    """Accounts that the login page may offer: only in a demo, else none."""
    if not settings.DEMO:
        return []
    order = list(Role.values)
    users = User.objects.filter(is_demo=True, is_active=True).select_related("organisation")
    users = users.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    rows = sorted(users, key=lambda user: (order.index(user.role), user.pk))
    return [
        {
            "name": user.name,
            "email": user.email,
            "password": PASSWORD,
            "role": user.get_role_display(),
            "organisation": user.organisation.name if user.organisation else "",
        }
        for user in rows
    ]
