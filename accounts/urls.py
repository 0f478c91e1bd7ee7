"""Own pages are `accounts:…`; those of the login library keep the names it looks them up by.

Only what is used of them is here. Its address for the login would duplicate /login/, and e-mail
addresses are changed by administrators: both of its paths lead to ours.
"""

from allauth.account.urls import urlpatterns as account_urls
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views import colleagues, keys, oversight, profile, team

WANTED = {
    "account_logout",
    "account_inactive",
    "account_signup",  # says that it is closed
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}

to_login = login_not_required(RedirectView.as_view(url="/login/", query_string=True))
to_profile = RedirectView.as_view(pattern_name="accounts:profile")

pages = [
    path("konto/", profile.profile, name="profile"),
    path("konto/abwesenheit/", profile.absence, name="absence"),
    path("organisation/team/", colleagues.team, name="team"),
    path("organisation/team/einladen/", colleagues.colleague_invite, name="colleague_invite"),
    path(
        "organisation/team/<int:pk>/einladen/", colleagues.colleague_remind, name="colleague_remind"
    ),
    path(
        "organisation/team/<int:pk>/abschalten/",
        colleagues.colleague_switch,
        {"is_active": False},
        name="colleague_off",
    ),
    path(
        "organisation/team/<int:pk>/einschalten/",
        colleagues.colleague_switch,
        {"is_active": True},
        name="colleague_on",
    ),
    path("verwaltung/", oversight.administration, name="administration"),
    path("verwaltung/benutzer/", team.users, name="users"),
    path("verwaltung/benutzer/neu/", team.user_create, name="user_create"),
    path("verwaltung/benutzer/<int:pk>/", team.user_edit, name="user_edit"),
    path("verwaltung/api-schluessel/", keys.keys, name="keys"),
    path("verwaltung/api-schluessel/neu/", keys.key_create, name="key_create"),
    path("verwaltung/api-schluessel/<uuid:pk>/widerrufen/", keys.key_revoke, name="key_revoke"),
    path("verwaltung/leseprotokoll/", oversight.read_log, name="read_log"),
    path("verwaltung/systemstatus/", oversight.system_status, name="system_status"),
]

urlpatterns = [
    path("", include((pages, "accounts"))),
    path("konto/login/", to_login, name="account_login_elsewhere"),
    path("konto/email/", to_profile, name="account_email"),
    path("konto/", include([entry for entry in account_urls if entry.name in WANTED])),
    path("konto/mfa/", include("allauth.mfa.urls")),
    path("konto/sitzungen/", include("allauth.usersessions.urls")),
]
