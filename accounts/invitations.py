from allauth.account.forms import ResetPasswordForm


def send_invitation(request, email: str) -> None:
    """Mail a link with which a new user chooses a password: the one for forgotten passwords."""
    form = ResetPasswordForm({"email": email})
    form.is_valid()  # fills what `save` needs; the address was checked when the account was made
    form.save(request)
