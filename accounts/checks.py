from accounts.models import User


def no_demo_accounts() -> str:
    """Demo accounts have a password that everybody knows."""
    if User.objects.filter(is_demo=True, is_active=True).exists():
        return "there are demo accounts with a public password (set DEMO=1, or remove them)"
    return ""
