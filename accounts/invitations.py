from allauth.account.forms import ResetPasswordForm


def send_invitation(request, email: str) -> None:
    """Mail a link with which a new user chooses a password: the one for forgotten passwords."""
    form = ResetPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)
