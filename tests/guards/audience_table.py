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
Of two routes of one name each is called with its parameters: "referrals:answer<token>".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.apps import apps

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
a_series_run = a("SeriesRunFactory", "pk")
a_consultation = a("ConsultationFactory")
a_referral = a("ReferralFactory", sent=True)
a_need = a("NeedFactory")
an_order_rule = a("OrderRuleFactory", "code")
a_mail = a("OutboundMailFactory", "pk")


def a_way_out() -> dict:
    from outbox.unsubscribing import token_of  # noqa: PLC0415 - as above
    from tests.factories import OutboundMailFactory, PersonFactory  # noqa: PLC0415 - as above

    person = PersonFactory()
    mail = OutboundMailFactory(kind="follow_up", subjects={"person": str(person.pk)})
    return {"token": token_of(mail.pk)}


a_freeze = a("DeliveryFreezeFactory", "pk")
a_suppression = a("SuppressedAddressFactory", "pk")
a_webhook = a("WebhookEndpointFactory", "pk")
a_webhook_delivery = a("WebhookDeliveryFactory", "pk")
an_event = a("EventFactory", "slug")
a_venue = a("VenueFactory", "pk")
a_room = a("RoomFactory", "pk")
an_open_event = a(
    "EventFactory",
    "slug",
    starts_at=datetime(2999, 1, 1, tzinfo=UTC),
    ends_at=datetime(2999, 1, 1, tzinfo=UTC),
)
a_guests_link = a("RegistrationFactory", "token")
a_ticket = a("RegistrationFactory", "ticket_code", "code")


def a_link_of_somebody_who_came() -> dict:
    from tests.factories import EventFactory, RegistrationFactory  # noqa: PLC0415 - as above

    now = datetime.now(UTC)
    event = EventFactory(starts_at=now, ends_at=now)
    return {"token": RegistrationFactory(event=event, checked_in_at=now).token}


def a_guest() -> dict:
    from tests.factories import RegistrationFactory  # noqa: PLC0415 - as above

    row = RegistrationFactory()
    return {"slug": row.event.slug, "pk": row.pk}


a_consent = a("ConsentFactory", "pk")
an_affiliation = a("AffiliationFactory", "pk")
an_appointment = a("AppointmentFactory")
a_calendar = a("CalendarFeedFactory", "token")
a_draft = a("ConsultationFactory", open_draft=True)
a_link = a("AnswerLinkFactory", "token", expires_at=datetime(2999, 1, 1, tzinfo=UTC))

a_feedback = a("FounderFeedbackFactory", "token", expires_at=datetime(2999, 1, 1, tzinfo=UTC))
an_impact_survey = a("ImpactSurveyFactory", "token", expires_at=datetime(2999, 1, 1, tzinfo=UTC))


def first(model: str, attribute: str = "code"):
    """A row of a catalogue, which migrations make."""

    def row() -> dict:
        return {attribute: apps.get_model("contacts", model).objects.values_list(attribute)[0][0]}

    return row


def a_wording() -> dict:
    """Of a template that was worded anew."""
    template = apps.get_model("contacts", "MailTemplate").objects.first()
    template.versions.create(number=1, at=datetime(2026, 1, 1, tzinfo=UTC), channel="system")
    return {"code": template.code, "number": 1}


def a_noted() -> dict:
    from tests.factories import ConfidentialNoteFactory  # noqa: PLC0415 - as above

    return {"reference": ConfidentialNoteFactory().consultation.reference}


def a_service() -> dict:
    from tests.factories import ServiceFactory  # noqa: PLC0415 - as above

    service = ServiceFactory()
    return {"reference": service.partner.reference, "pk": service.pk}


FRAME = {
    "healthz": Route({"GET": ANYONE}, ours=False),
    "readyz": Route({"GET": ANYONE}, ours=False),
    "metrics": Route({"GET": ANYONE}, ours=False),  # from this machine, see tests/frame
}

ACCOUNTS = {
    "accounts:profile": form(EVERYBODY),
    "accounts:absence": action(EVERYBODY),
    "accounts:team": page(PARTNER),
    "accounts:colleague_invite": form(PARTNER),
    "accounts:colleague_remind": action(PARTNER, a_user, hidden=PARTNER),
    "accounts:colleague_off": action(PARTNER, a_user, hidden=PARTNER),
    "accounts:colleague_on": action(PARTNER, a_user, hidden=PARTNER),
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
    "mfa_view_recovery_codes": library(EVERYBODY),
    "mfa_generate_recovery_codes": library(EVERYBODY),
    "mfa_download_recovery_codes": library(EVERYBODY),
    "mfa_list_webauthn": library(EVERYBODY),
    "mfa_add_webauthn": library(EVERYBODY),
    "mfa_reauthenticate_webauthn": library(EVERYBODY),
    "mfa_remove_webauthn": library(EVERYBODY, lambda: {"pk": 1}),
    "mfa_edit_webauthn": library(EVERYBODY, lambda: {"pk": 1}),
    "usersessions_list": library(EVERYBODY),
}

OUTBOX = {
    "outbox:unsubscribe": form(ANYONE, a_way_out),
    "outbox:mails": page(ADMIN),
    "outbox:mail": page(ADMIN, a_mail),
    "outbox:mail_preview": page(ADMIN, a_mail),
    "outbox:mail_retry": action(ADMIN, a_mail),
    "outbox:mail_cancel": action(ADMIN, a_mail),
    "outbox:delivery": form(ADMIN),
    "outbox:release": action(ADMIN, a_freeze),
    "outbox:suppressions": page(ADMIN),
    "outbox:suppression_create": form(ADMIN),
    "outbox:suppression_lift": action(ADMIN, a_suppression),
    "portal:keys": page(PARTNER),
    "portal:key_create": form(PARTNER),
    "portal:key_revoke": form(PARTNER, a_key, hidden=PARTNER),
    "portal:webhooks": page(PARTNER),
    "portal:webhook_create": form(PARTNER),
    "portal:webhook": page(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_edit": form(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_rotate": action(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_ping": action(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_enable": action(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_disable": action(PARTNER, a_webhook, hidden=PARTNER),
    "portal:webhook_delete": form(PARTNER, a_webhook, hidden=PARTNER),
    "portal:delivery": page(PARTNER, a_webhook_delivery, hidden=PARTNER),
    "portal:delivery_resend": action(PARTNER, a_webhook_delivery, hidden=PARTNER),
    "outbox:webhooks": page(ADMIN),
    "outbox:webhook": page(ADMIN, a_webhook),
    "outbox:webhook_enable": action(ADMIN, a_webhook),
    "outbox:webhook_disable": action(ADMIN, a_webhook),
    "outbox:webhook_ping": action(ADMIN, a_webhook),
    "outbox:webhook_delivery": page(ADMIN, a_webhook_delivery),
    "outbox:webhook_resend": action(ADMIN, a_webhook_delivery),
}

CONTACTS = {
    "contacts:search": page(AGENCY),
    "contacts:search_suggestions": page(AGENCY),
    "contacts:people": page(AGENCY),
    "contacts:person_create": form(ADVISOR),
    "contacts:duplicate_hint": page(ADVISOR),
    "contacts:person": page(AGENCY, a_person),
    "contacts:person_edit": form(ADVISOR, a_person),
    "contacts:person_erase": form(ADMIN, a_person),
    "contacts:consent_create": form(ADVISOR, a_person),
    "contacts:consent_withdraw": form(ADVISOR, a_consent),
    "contacts:startups": page(AGENCY),
    "contacts:startup_create": form(ADVISOR),
    "contacts:startup": page(AGENCY, a_startup),
    "contacts:startup_edit": form(ADVISOR, a_startup),
    "contacts:startup_stage": form(ADVISOR, a_startup),
    "contacts:affiliation_create": form(ADVISOR, a_startup),
    "contacts:affiliation_end": action(ADVISOR, an_affiliation),
    "contacts:partners": page(AGENCY),
    "contacts:partner_create": form(OVERSEERS),
    "contacts:own_organisation": page(PARTNER),
    "contacts:partner": page(EVERYBODY, a_partner, hidden=PARTNER),
    "contacts:partner_edit": form(EVERYBODY, a_partner, hidden=PARTNER),
    "contacts:capacity": action(OVERSEERS | PARTNER, a_partner, hidden=PARTNER),
    "contacts:organisation_absence": action(OVERSEERS | PARTNER, a_partner, hidden=PARTNER),
    "contacts:follow_ups": page(AGENCY),
    "contacts:follow_up_create": form(ADVISOR),
    "contacts:mail_preview": page(ADVISOR),
    "contacts:follow_ups_bulk": action(ADVISOR | MANAGER, params={"do": "hand_over"}),
    "contacts:follow_ups_undo": action(ADVISOR),
    "contacts:series_start": form(ADVISOR),
    "contacts:series_stop": action(ADVISOR, a_series_run, hidden=ADVISOR),
    "contacts:series_resume": action(ADVISOR, a_series_run, hidden=ADVISOR),
    "contacts:follow_up": page(AGENCY, a_follow_up),
    "contacts:follow_up_done": action(ADVISOR, a_follow_up, hidden=ADVISOR),
    "contacts:follow_up_reopen": action(ADVISOR, a_follow_up, hidden=ADVISOR),
    "contacts:follow_up_postpone": action(ADVISOR, a_follow_up, hidden=ADVISOR),
    "contacts:follow_up_unpostpone": action(ADVISOR, a_follow_up, hidden=ADVISOR),
    "contacts:follow_up_hand_over": action(ADVISOR | MANAGER, a_follow_up, hidden=ADVISOR),
    "contacts:agency": form(OVERSEERS),
    "contacts:logo": page(ANYONE, lambda: {"digest": "none"}, hidden=ANYONE),
    "contacts:topics": page(AGENCY),
    "contacts:topics_create": form(OVERSEERS),
    "contacts:topics_edit": form(OVERSEERS, first("Topic")),
    "contacts:stages": page(AGENCY),
    "contacts:stages_create": form(OVERSEERS),
    "contacts:stages_edit": form(OVERSEERS, first("Stage")),
    "contacts:sources": page(AGENCY),
    "contacts:sources_create": form(OVERSEERS),
    "contacts:sources_edit": form(OVERSEERS, first("Source")),
    "contacts:mail_templates": page(AGENCY),
    "contacts:mail_templates_create": form(OVERSEERS),
    "contacts:mail_templates_edit": form(OVERSEERS, first("MailTemplate")),
    "contacts:series": page(AGENCY),
    "contacts:series_create": form(OVERSEERS),
    "contacts:series_edit": form(OVERSEERS, first("FollowUpSeries")),
    "contacts:mail_template_trial": action(OVERSEERS),
    "contacts:mail_template_versions": page(OVERSEERS, first("MailTemplate")),
    "contacts:mail_template_restore": action(OVERSEERS, a_wording),
}

an_introduction = a("IntroductionFactory")


def an_introduction_party() -> dict:
    introduction = an_introduction()
    rows = apps.get_model("referrals", "IntroductionParty").objects
    party = rows.filter(introduction__reference=introduction["reference"]).first()
    return introduction | {"pk": party.pk}


def an_invitation() -> dict:
    """A link that opens, to one of two."""
    rows = apps.get_model("referrals", "IntroductionParty").objects
    party = rows.get(pk=an_introduction_party()["pk"])
    rows.update(expires_at=datetime(2999, 1, 1, tzinfo=UTC))
    return {"token": party.token}


REFERRALS = {
    "referrals:referrals": page(EVERYBODY),
    "referrals:referrals_csv": page(EVERYBODY),
    "referrals:referrals_xlsx": page(EVERYBODY),
    "referrals:step": form(PARTNER, lambda: a_referral() | {"path": "ablehnen"}, hidden=PARTNER),
    "referrals:referral_create": form(ADVISOR),
    "referrals:proposal": action(ADVISOR),
    "referrals:order_rules": page(AGENCY),
    "referrals:order_rule_create": form(OVERSEERS),
    "referrals:order_rule_edit": form(OVERSEERS, an_order_rule),
    "referrals:order_check": action(ADVISOR, an_order_rule),
    "referrals:order_reopen": action(ADVISOR, an_order_rule),
    "referrals:order_warnings": action(ADVISOR, a_startup),
    "referrals:referral": page(EVERYBODY, a_referral, hidden=PARTNER),
    "referrals:reassign": action(MANAGER, a_referral),
    "referrals:remind": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:send": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:accept": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:answer_query": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:still_active": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:notices": page(AGENCY),
    "referrals:notice": page(EVERYBODY, lambda: {"kind": "reminder"}),
    "referrals:notice_preview": page(EVERYBODY, lambda: {"kind": "reminder"}),
    "referrals:partner_notices": form(OVERSEERS | PARTNER, a_partner, hidden=PARTNER),
    "referrals:person_notices": form(ADVISOR, a_person),
    "referrals:start": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:resume": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:complete": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:hold": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:confirm_forward": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:refuse_forward": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:acknowledge": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:ask": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:decline": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:forward": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:undo": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:withdraw": action(ADVISOR | PARTNER, a_referral, hidden=PARTNER),
    "referrals:replace": action(ADVISOR, a_referral),
    "referrals:alternatives": page(AGENCY, a_referral),
    "referrals:needs": page(AGENCY),
    "referrals:stuck_needs": page(AGENCY),
    "referrals:round_table": page(AGENCY),
    "referrals:round_table_all": page(AGENCY),
    "referrals:round_table_decide": action(ADVISOR),
    "referrals:need": page(AGENCY, a_need),
    "referrals:need_ask": form(ADVISOR, a_need),
    "referrals:need_ask_preview": action(ADVISOR, a_need),
    "referrals:withdraw_others": action(ADVISOR, a_need),
    "referrals:need_settle": action(ADVISOR, a_need),
    "referrals:need_table": form(ADVISOR, a_need),
    "referrals:need_untable": action(ADVISOR, a_need),
    "referrals:introductions": page(AGENCY),
    "referrals:introduction_create": form(ADVISOR),
    "referrals:introduction": page(AGENCY, an_introduction),
    "referrals:introduction_withdraw": action(ADVISOR, an_introduction, hidden=ADVISOR),
    "referrals:introduction_outcome": action(ADVISOR, an_introduction_party, hidden=ADVISOR),
    "referrals:introduction_invitation": page(ANYONE, an_invitation),
    "referrals:introduction_agree": action(ANYONE, an_invitation),
    "referrals:introduction_decline": action(ANYONE, an_invitation),
    "referrals:introduction_told": action(ANYONE, an_invitation),
    "referrals:answer": page(ANYONE, a_link),
    "referrals:answer_act": action(ANYONE, lambda: a_link() | {"path": "annehmen"}),
    "referrals:answer_renew": action(ANYONE, a_link),
    "referrals:own_services": page(PARTNER),
    "referrals:feedback": form(ANYONE, a_feedback),
    "referrals:feedback_thanks": page(ANYONE, a_feedback),
    "referrals:feedback_stop": form(ANYONE, a_feedback),
    "referrals:impact": form(ANYONE, an_impact_survey),
    "referrals:impact_thanks": page(ANYONE, an_impact_survey),
    "referrals:impact_stop": form(ANYONE, an_impact_survey),
    "referrals:services": page(EVERYBODY, a_partner, hidden=PARTNER),
    "referrals:service_create": form(PARTNER | ADMIN, a_partner, hidden=PARTNER),
    "referrals:service_edit": form(PARTNER | ADMIN, a_service, hidden=PARTNER),
    "referrals:service_full": action(PARTNER | ADMIN, a_service, hidden=PARTNER),
}

CONSULTATIONS = {
    "consultations:today": page(EVERYBODY),
    "consultations:consultations": page(AGENCY),
    "consultations:consultation_create": form(ADVISOR),
    "consultations:person_options": page(ADVISOR),
    "consultations:duplicates": action(ADVISOR),
    "consultations:partner_options": page(ADVISOR),
    "consultations:ventures": page(ADVISOR),
    "consultations:partner_cards": action(ADVISOR),
    "consultations:referral_checks": action(ADVISOR),
    "consultations:series_preview": action(ADVISOR),
    "consultations:draft": action(ADVISOR),
    "consultations:consultation": page(AGENCY, a_consultation),
    "consultations:correct": form(ADVISOR, a_consultation, hidden=ADVISOR),
    "consultations:note_read": action(ADVISOR | MANAGER, a_noted),
    "consultations:note_write": action(ADVISOR, a_consultation, hidden=ADVISOR),
    "consultations:draft_discard": action(ADVISOR, a_draft, hidden=ADVISOR),
    "consultations:draft_restore": action(ADVISOR, a_draft, hidden=ADVISOR),
    "consultations:appointment_create": form(ADVISOR),
    "consultations:appointment": page(AGENCY, an_appointment),
    "consultations:appointment_edit": form(ADVISOR, an_appointment, hidden=ADVISOR),
    "consultations:appointment_cancel": action(ADVISOR, an_appointment, hidden=ADVISOR),
    "consultations:appointment_restore": action(ADVISOR, an_appointment, hidden=ADVISOR),
    "consultations:feed": form(ADVISOR),
    "consultations:feed_close": action(ADVISOR),
    "consultations:calendar": page(ANYONE, a_calendar),
}

EVENTS = {
    "events:events": page(ANYONE),
    "events:calendar": page(ANYONE),
    "events:feed": page(ANYONE),
    "events:json": page(ANYONE),
    "events:embedded": page(ANYONE),
    "events:picture": page(ANYONE, an_event),
    "events:embedding": page(AGENCY),
    "events:event_calendar": page(ANYONE, an_event),
    "events:event": page(ANYONE, an_event),
    "events:manage": page(AGENCY),
    "events:event_create": form(AGENCY),
    "events:event_edit": form(AGENCY, an_event),
    "events:publish": action(AGENCY, an_event),
    "events:unpublish": action(AGENCY, an_event),
    "events:cancel": action(AGENCY, an_event),
    "events:copy": form(AGENCY, an_event),
    "events:part_create": form(AGENCY, an_event),
    "events:publish_following": action(AGENCY, an_event),
    "events:cancel_following": action(AGENCY, an_event),
    "events:register": form(ANYONE, an_open_event),
    "events:registered": page(ANYONE, an_event),
    "events:registration": form(ANYONE, a_guests_link),
    "events:registration_cancel": form(ANYONE, a_guests_link),
    "events:door": page(AGENCY, an_event),
    "events:door_state": page(AGENCY, an_event, params={"seit": "0"}),
    "events:door_report": action(AGENCY, an_event),
    "events:ticket": page(AGENCY, a_ticket),
    "events:feedback": form(ANYONE, a_link_of_somebody_who_came),
    "events:feedback_thanks": page(ANYONE, a_link_of_somebody_who_came),
    "events:voices": page(AGENCY, an_event),
    "events:guests": page(AGENCY, an_event),
    "events:guests_csv": page(AGENCY, an_event),
    "events:guests_xlsx": page(AGENCY, an_event),
    "events:guest_badges": page(AGENCY, an_event),
    "events:guests_print": page(AGENCY, an_event),
    "events:guest_create": form(AGENCY, an_event),
    "events:guest": page(AGENCY, a_guest),
    "events:check_in": action(AGENCY, a_guest),
    "events:undo_check_in": action(AGENCY, a_guest),
    "events:guest_cancel": action(OVERSEERS, a_guest),
    "events:guest_person": action(ADVISOR, a_guest),
    "events:venues": page(AGENCY),
    "events:venue_create": form(OVERSEERS),
    "events:venue_edit": form(OVERSEERS, a_venue),
    "events:room_create": form(OVERSEERS, a_venue),
    "events:room_edit": form(OVERSEERS, a_room),
}

DASHBOARDS = {
    "dashboards:figures": page(EVERYBODY),
    "dashboards:figure_csv": page(EVERYBODY, lambda: {"name": "vermittlungen"}),
    "dashboards:guests": page(AGENCY),
    "dashboards:first_contacts": page(AGENCY),
    "dashboards:stages": page(AGENCY),
}

TABLE = (
    FRAME | ACCOUNTS | LOGIN | OUTBOX | CONTACTS | REFERRALS | CONSULTATIONS | EVENTS | DASHBOARDS
)

# Walked in another way, by tests of their own in test_audience.py.
ELSEWHERE = {
    "admin:": "Django's admin: administrators only, by test_admin_is_for_administrators",
    "partner_api:": "an API key instead of a login, by test_api_is_closed_without_a_key",
}
API_FOR_ANYONE = {"partner_api:schema", "partner_api:docs"}
