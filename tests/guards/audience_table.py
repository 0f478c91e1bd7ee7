"""Who may ask what: every URL name of the product, by hand.

To add a page, add one line under its app. The test fails on a route that is not here.

    "events:manage": page(AGENCY),                             GET by these roles, every other 403
    "events:event_create": form(ADVISOR | MANAGER),            GET and POST
    "referrals:accept": action(AGENCY | PARTNER, a_referral),  POST only, with a row in the address
    "events:events": page(ANYONE),                             public: decorated with `public`

The second argument makes the row and answers what the address is built of. A role that gets in,
but to which that row does not belong, is named in `hidden=`: it must be told 404. `params=` is the
query a page needs to say more than 400. Anonymous visitors are sent to the login, wrong roles get
403, wrong methods 405; the roles must be those the view declares (`role_required`, `public`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

ADVISOR, MANAGER, ADMIN, PARTNER = (
    frozenset({role}) for role in ("advisor", "manager", "admin", "partner")
)
AGENCY = ADVISOR | MANAGER | ADMIN
OVERSEERS = MANAGER | ADMIN
EVERYBODY = AGENCY | PARTNER
ANYONE = EVERYBODY | {"anonymous"}
NOBODY = frozenset()


def nothing() -> dict:
    return {}


@dataclass(frozen=True)
class Route:
    methods: dict[str, frozenset]
    row: Callable[[], dict] = nothing
    hidden: frozenset = NOBODY
    params: dict = field(default_factory=dict)
    ours: bool = True  # a view of ours declares its audience; one of a library does not

    @property
    def audience(self) -> frozenset:
        roles = frozenset().union(*self.methods.values())
        return frozenset({"anonymous"}) if "anonymous" in roles else roles


def page(roles, row=nothing, **more) -> Route:
    return Route({"GET": roles}, row, **more)


def form(roles, row=nothing, **more) -> Route:
    return Route({"GET": roles, "POST": roles}, row, **more)


def action(roles, row=nothing, **more) -> Route:
    return Route({"POST": roles}, row, **more)


def library(roles, row=nothing, **more) -> Route:
    return Route({"GET": roles, "POST": roles}, row, ours=False, **more)


def a(factory: str, attribute: str = "reference", parameter: str = "", **fields):
    """Rows of a factory by name: `a("PersonFactory")` gives {"reference": …}."""

    def row() -> dict:
        from tests import factories  # noqa: PLC0415 - the table is also read without a database

        made = getattr(factories, factory)(**fields)
        return {parameter or attribute: getattr(made, attribute)}

    return row


a_user = a("UserFactory", "pk")
a_key = a("ApiKeyFactory", "pk")
a_person = a("PersonFactory")
a_startup = a("StartupFactory")
a_partner = a("PartnerFactory")
a_follow_up = a("FollowUpFactory")
a_consultation = a("ConsultationFactory")
a_referral = a("ReferralFactory", sent=True)
a_mail = a("OutboundMailFactory", "pk")
an_event = a("EventFactory", "slug")
a_venue = a("VenueFactory", "pk")

FRAME = {
    "healthz": Route({"GET": ANYONE}, ours=False),
    "readyz": Route({"GET": ANYONE}, ours=False),
}

ACCOUNTS = {
    "accounts:profile": form(EVERYBODY),
    "accounts:absence": action(EVERYBODY),
    "accounts:administration": page(AGENCY),
    "accounts:users": page(OVERSEERS),
    "accounts:user_create": form(ADMIN),
    "accounts:user_edit": form(ADMIN, a_user),
    "accounts:keys": page(ADMIN),
    "accounts:key_create": form(ADMIN),
    "accounts:key_revoke": form(ADMIN, a_key),
    "accounts:read_log": page(ADMIN),
    "accounts:system_status": page(OVERSEERS),
}

LOGIN = {
    "account_login": library(ANYONE),
    "account_login_elsewhere": library(ANYONE),
    "account_signup": library(ANYONE),
    "account_inactive": library(ANYONE),
    "account_logout": library(ANYONE),
    "account_reset_password": library(ANYONE),
    "account_reset_password_done": library(ANYONE),
    "account_reset_password_from_key": library(ANYONE, lambda: {"uidb36": "1", "key": "a-b"}),
    "account_reset_password_from_key_done": library(ANYONE),
    "account_email": library(EVERYBODY),
    "account_reauthenticate": library(EVERYBODY),
    "account_change_password": library(EVERYBODY),
    "account_set_password": library(EVERYBODY),
    "mfa_index": library(EVERYBODY),
    "mfa_authenticate": library(ANYONE),
    "mfa_reauthenticate": library(EVERYBODY),
    "mfa_activate_totp": library(EVERYBODY),
    "mfa_deactivate_totp": library(EVERYBODY),
    "mfa_view_recovery_codes": library(EVERYBODY, hidden=EVERYBODY),
    "mfa_generate_recovery_codes": library(EVERYBODY),
    "mfa_download_recovery_codes": library(EVERYBODY, hidden=EVERYBODY),
    "mfa_list_webauthn": library(EVERYBODY),
    "mfa_add_webauthn": library(EVERYBODY),
    "mfa_reauthenticate_webauthn": library(EVERYBODY),
    "mfa_remove_webauthn": library(EVERYBODY, lambda: {"pk": 1}, hidden=EVERYBODY),
    "mfa_edit_webauthn": library(EVERYBODY, lambda: {"pk": 1}, hidden=EVERYBODY),
    "usersessions_list": library(EVERYBODY),
}

OUTBOX = {
    "outbox:mails": page(ADMIN),
    "outbox:mail": page(ADMIN, a_mail),
    "outbox:mail_preview": page(ADMIN, a_mail),
    "outbox:mail_retry": action(ADMIN, a_mail),
    "outbox:mail_cancel": action(ADMIN, a_mail),
}

CONTACTS = {}

REFERRALS = {}

CONSULTATIONS = {}

EVENTS = {}

DASHBOARDS = {}

TABLE = (
    FRAME | ACCOUNTS | LOGIN | OUTBOX | CONTACTS | REFERRALS | CONSULTATIONS | EVENTS | DASHBOARDS
)

# Walked in another way, by tests of their own in test_audience.py.
ELSEWHERE = {
    "admin:": "Django's admin: administrators only, by test_admin_is_for_administrators",
    "partner_api:": "an API key instead of a login, by test_api_is_closed_without_a_key",
}
API_FOR_ANYONE = {"partner_api:schema", "partner_api:docs"}
