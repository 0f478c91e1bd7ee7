"""What `seed_demo` loads is what the actions would have written, and fills every screen."""

import re
from collections import Counter, defaultdict

import pytest
from django.db import connection, models
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.actors import AGENCY_ID, Actor
from accounts.models import Change, ReadLog, Role, User
from consultations.appointments.models import Appointment
from consultations.models import ConfidentialNote, Consultation
from consultations.today import today_of
from contacts.duplicates import near_duplicates
from contacts.identities import people_identities
from contacts.models import (
    FollowUp,
    PartnerOrganisation,
    Person,
    PersonEmail,
    PersonPhone,
    SearchEntry,
    StageChange,
    Startup,
)
from contacts.search.finding import find
from dma_crm.emptying import emptied
from dma_crm.workdays import is_working_day
from events.models import Event
from outbox.models import MailState, OutboundMail
from outbox.registry import kind_of
from referrals import clock, rules, stuck
from referrals.actions.needs import status_from
from referrals.anonymity import giveaways
from referrals.models import (
    STEPS,
    AnswerLink,
    FounderFeedback,
    ImpactSurvey,
    IntroductionParty,
    Need,
    Referral,
    ReferralMessage,
    ReferralStatus,
    Service,
)
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]
TODAY = timezone.localdate(NOW)
# Moments that may lie ahead; everything else has happened.
COMING = {
    (AnswerLink, "expires_at"),
    (IntroductionParty, "expires_at"),
    (FounderFeedback, "expires_at"),
    (ImpactSurvey, "expires_at"),
    (Appointment, "starts_at"),
    (Appointment, "ends_at"),
    (Event, "starts_at"),
    (Event, "ends_at"),
}
FICTIONAL_PHONES = re.compile(
    r"\+49(17139200\d\d|1760406900?\d\d|3023125\d{3}|6990009\d{3}|4066969\d{3}|2214710\d{3}|8999998\d{3})"
)


def user(email: str) -> User:
    return User.objects.get(email=email)


def partner(name: str) -> PartnerOrganisation:
    return PartnerOrganisation.objects.get(short_name=name)


def referrals() -> models.QuerySet[Referral]:
    rows = Referral.objects.select_related("need__owner", "sender", "recipient", "consent")
    return rows.prefetch_related("steps", "messages", "answer_links")


def test_seed_makes_as_much_as_promised():
    assert Startup.objects.count() == 120
    assert Person.objects.count() == 135
    assert PartnerOrganisation.objects.partners().count() == 8
    assert 330 <= Consultation.objects.count() <= 430
    assert 190 <= Referral.objects.count() <= 250
    assert Service.objects.published().count() == 20
    assert SearchEntry.objects.count() == 120 + 135 + 9


def test_seed_makes_referrals_in_every_state():
    states = Counter(Referral.objects.values_list("status", flat=True))

    assert set(states) == set(ReferralStatus.values)
    assert states["draft"] == 3


@pytest.mark.parametrize(
    ("email", "name"), [("ihk@partner.example", "IHK"), ("wag@partner.example", "Wolfsburg AG")]
)
def test_demo_partners_have_received_referrals_to_answer(email, name):
    actor = Actor.of(user(email))
    assert actor.organisation_id == partner(name).pk
    received = referrals().visible_to(actor).filter(recipient=partner(name), status="sent")

    assert received.count() >= 3
    for referral in received:
        assert "accept" in rules.allowed_actions(referral, actor, NOW)


def test_every_open_answer_link_works():
    """As the answer page looks for it: by the hash of the token, until it expires."""
    waiting = referrals().filter(status__in=["sent", "query"]).exclude(sender=None)

    for referral in waiting:
        (link,) = referral.answer_links.all()
        assert link.token_hash == AnswerLink.hash_of(link.token)
        assert link.revoked_at is None
        assert link.expires_at > NOW


def test_accounts_open_with_the_password_and_colleagues_do_not():
    logins = {
        "beratung@dma.example": Role.ADVISOR,
        "leitung@dma.example": Role.MANAGER,
        "admin@dma.example": Role.ADMIN,
        "ihk@partner.example": Role.PARTNER,
        "wag@partner.example": Role.PARTNER,
    }
    open_ones = {u.email: u.role for u in User.objects.all() if u.has_usable_password()}

    assert open_ones == logins
    assert user("beratung@dma.example").check_password("mutterboden")
    assert not User.objects.filter(is_demo=False).exists()
    assert User.objects.advisors().count() == 3


def test_heute_of_the_demo_account_is_full():
    today = today_of(Actor.of(user("beratung@dma.example")), at=NOW)

    due = Counter(row.due_on < TODAY for row in today.follow_ups)
    assert due[True] >= 3  # overdue
    assert due[False] >= 2  # today
    asked = Counter((row.status, row.recipient_id == AGENCY_ID) for row in today.asked)
    assert asked["query", False] >= 3
    assert asked["sent", True] == 3
    assert any(row.forward_to_id for row in today.asked)
    answered = Counter(row.status for row in today.answered)
    assert answered["accepted"] == 3
    assert answered["declined"] == 1
    assert answered["completed"] >= 3
    assert len(today.waiting) >= 3
    assert len(today.idle) >= 3


def test_answers_of_just_now_can_be_undone():
    undoable = [
        referral.status
        for referral in referrals()
        if "undo" in rules.allowed_actions(referral, recipient_actor(referral), NOW)
    ]

    assert sorted(undoable) == ["accepted", "declined"]


def recipient_actor(referral):
    return Actor(role=Role.PARTNER, channel="screen", organisation_id=referral.recipient_id)


# --- histories are those that the actions would have written ---


def test_steps_of_each_referral_form_one_chain():
    for referral in referrals():
        steps = list(referral.steps.all())
        assert [step.version for step in steps] == list(range(1, referral.version + 1))
        assert [step.before for step in steps] == ["", *(step.after for step in steps[:-1])]
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert steps[0].action == "create"
        assert steps[-1].after == referral.status
        assert steps[-1].at == referral.modified_at


def test_each_change_of_status_is_an_allowed_step_and_dates_it():
    for referral in referrals():
        moves = [step for step in referral.steps.all() if step.before != step.after]
        for step in moves[1:]:
            assert step.after in STEPS[step.before]
        assert referral.status_since == moves[-1].at
        closed = referral.status in {"completed", "declined", "forwarded", "withdrawn", "expired"}
        assert referral.closed_at == (referral.status_since if closed else None)


def test_fields_of_a_referral_agree_with_its_steps():
    for referral in referrals():
        actions = {step.action: step for step in referral.steps.all()}
        assert (referral.sent_at is None) == ("send" not in actions)
        assert bool(referral.acknowledged_at) == ("acknowledge" in actions)
        if "start" in actions:
            assert referral.first_contact_on == clock.local_day(actions["start"].at)
        if referral.status == "accepted":
            assert referral.responsible
        if "ask" in actions:
            asked = [m.by_organisation_id for m in referral.messages.all()]
            expected = [referral.recipient_id]
            assert asked == expected + [referral.sender_id] * ("answer" in actions)
        if referral.seen_at:
            assert referral.sent_at <= referral.seen_at <= referral.modified_at


def test_deadlines_are_those_of_the_clock():
    unasked = referrals().filter(sent_at__isnull=False).exclude(steps__action="ask")

    for referral in unasked:
        assert referral.respond_by == clock.respond_by(referral.recipient, referral.sent_at)


def test_clock_finds_nothing_left_undone():
    from referrals.tasks import acknowledge_old, expire_overdue  # noqa: PLC0415 - only here

    assert expire_overdue(NOW) == 0
    assert acknowledge_old(NOW) == 0


def test_consent_stands_behind_all_that_was_sent():
    for referral in referrals().filter(sent_at__isnull=False):
        consent = referral.consent
        assert consent.person_id == referral.need.person_id
        assert consent.recipient_id == referral.recipient_id
        assert consent.given_at <= referral.sent_at
        assert bool(consent.withdrawn_at) == (referral.withdrawn_reason == "consent")
    assert Referral.objects.filter(withdrawn_reason="consent").exists()


def test_nobody_is_referred_twice_on_one_topic_at_once():
    pairs = Counter(referrals().values_list("need__person", "recipient"))

    assert set(pairs.values()) == {1}


def test_forwarded_referrals_have_a_successor():
    for referral in referrals().filter(status="forwarded"):
        assert referral.forwarded_as.recipient == referral.forward_to
        assert referral.forwarded_as.created_at == referral.status_since


def test_needs_are_rolled_up():
    rows = defaultdict(set)
    for need_id, status, outcome in Referral.objects.values_list("need", "status", "outcome"):
        rows[need_id].add((status, outcome))

    settled = {change.record_id for change in Change.objects.filter(fields__decision__1="settled")}
    assert settled
    for need in Need.objects.all():
        rolled_up = status_from(rows[need.pk])
        assert need.status == ("helped" if need.pk in settled else rolled_up)
        assert need.pk not in settled or rolled_up in {"unmet", "open"}


def test_lists_of_needs_are_full():
    """Several partners at once, one instead of another, stuck ones, and the round table."""
    actor = Actor.of(user("beratung@dma.example"))
    needs = list(stuck.stuck_needs(actor, NOW).with_referrals())
    why = {snag.label for snag in stuck.snags(needs, NOW).values()}
    together = Need.objects.annotate(n=Count("referrals")).filter(n__gte=3)
    replaced = referrals().filter(replaces__isnull=False).select_related("replaces")
    between = referrals().filter(agency_copied=True)
    tabled = Need.objects.filter(tabled_at__isnull=False)

    assert why == {"Andere anfragen", "Partner anfragen", "Vermittlung öffnen"}
    assert 4 <= len(needs) <= 25
    assert together.filter(status="helping").exists()
    assert {row.replaces.status for row in replaced} == {"declined"}
    assert {row.sender.short_name for row in between} == {"IHK", "Wolfsburg AG"}
    assert tabled.count() == 3
    for need in tabled:
        found = giveaways(need.table_text, need)
        assert (found.names, found.contacts) == ([], [])


def test_stage_histories_form_chains_that_end_where_the_venture_is():
    changes = defaultdict(list)
    for change in StageChange.objects.order_by("at", "id"):
        changes[change.startup_id].append(change)
    for startup in Startup.objects.all():
        way = changes[startup.pk]
        assert [c.before_id for c in way] == [None, *(c.after_id for c in way[:-1])]
        assert (way[-1].after_id, way[-1].at) == (startup.stage_id, startup.stage_since)
        assert startup.version == len(way)
    ended = StageChange.objects.filter(after__code="ended")
    assert ended.exists()
    assert not ended.filter(reason="").exists()


def test_every_version_of_a_record_has_its_line_of_history():
    versions = defaultdict(list)
    for record_type, pk, version in Change.objects.order_by("version").values_list(
        "record_type", "record_id", "version"
    ):
        versions[record_type, pk].append(version)
    for model in (Person, Startup, FollowUp, Service):
        for row in model.objects.all():
            assert versions[model._meta.label_lower, row.pk] == list(range(1, row.version + 1))
    for row in Consultation.objects.all():
        assert versions["consultations.consultation", row.pk] == [row.version]


def test_talks_are_on_working_days_and_their_first_one_comes_first():
    for row in Consultation.objects.all():
        assert is_working_day(row.held_on)
        assert row.held_on == timezone.localdate(row.completed_at)
    for startup in Startup.objects.annotate(n=Count("consultations")):
        kinds = list(startup.consultations.order_by("completed_at").values_list("kind", flat=True))
        assert kinds[0] == "first"
        assert kinds.count("first") == 1


def test_talks_in_which_somebody_was_referred_say_so():
    days = set(Referral.objects.filter(sender=AGENCY_ID).values_list("need__person", "created_at"))
    referred = Consultation.objects.filter(result="referred")

    assert referred.count() > 100
    for row in referred:
        assert (row.person_id, row.completed_at) in days


def test_only_author_and_manager_read_confidential_notes():
    notes = {note.pk: note for note in ConfidentialNote.objects.select_related("consultation")}
    entries = ReadLog.objects.select_related("user")

    assert len(notes) >= 10
    assert entries.count() >= 3
    for entry in entries:
        by_manager = entry.user.role == Role.MANAGER
        assert by_manager or entry.user_id == notes[entry.note_id].consultation.advisor_id
        assert by_manager == bool(entry.reason)
        assert entry.subject == notes[entry.note_id].consultation.reference


# --- what any database must hold ---


def test_nothing_has_happened_in_the_future():
    for model in emptied():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.DateTimeField) and (model, field.name) not in COMING:
                newest = model._base_manager.aggregate(newest=models.Max(field.name))["newest"]
                assert newest is None or newest <= NOW, (model, field.name)


def test_nothing_is_modified_before_it_was_made():
    for model in (Person, Startup, Consultation, Referral, FollowUp, OutboundMail, Event):
        assert not model.objects.filter(modified_at__lt=F("created_at")).exists(), model


def test_keys_and_constraints_hold():
    connection.check_constraints()


@pytest.mark.parametrize("model", [Person, Startup, FollowUp, Consultation, Need, Referral])
def test_references_are_consecutive_within_each_year(model):
    rows = model.objects.order_by("created_at", "pk").values_list("reference", "created_at")
    numbers = defaultdict(list)
    for reference, created_at in rows:
        prefix, year, number = reference.split("-")
        assert (prefix, int(year)) == (
            model.REFERENCE_PREFIX,
            timezone.localtime(created_at).year,
        )
        numbers[year].append(int(number))

    for given in numbers.values():
        assert given == list(range(1, len(given) + 1))


def test_addresses_and_numbers_belong_to_nobody():
    addresses = [
        *PersonEmail.objects.values_list("address", flat=True),
        *User.objects.values_list("email", flat=True),
        *PartnerOrganisation.objects.values_list("email", flat=True),
        *OutboundMail.objects.values_list("recipient", flat=True),
    ]
    numbers = [
        *PersonPhone.objects.values_list("number", flat=True),
        *PartnerOrganisation.objects.partners().values_list("phone", flat=True),
    ]

    assert {address.rpartition(".")[2] for address in addresses} == {"example"}
    assert [number for number in numbers if not FICTIONAL_PHONES.fullmatch(number)] == []


def test_there_is_one_pair_of_duplicates():
    twin = Person.objects.get(given_name="Juergen", family_name="Mueller")
    original = Person.objects.get(given_name="Jürgen", family_name="Müller")
    identity = people_identities([twin])[twin.pk]
    near = near_duplicates(identity, actor=Actor.of(user("beratung@dma.example")))

    assert original in [found.person for found in near]
    shared = PersonPhone.objects.values("number").annotate(n=Count("pk")).filter(n__gt=1)
    assert shared.count() == 1


def test_search_finds_the_founder_by_any_spelling():
    actor = Actor.of(user("beratung@dma.example"))

    titles = {hit.title for hit in find("mueller jurgen", actor=actor)}

    assert any("Jürgen Müller" in title for title in titles)


def test_mails_of_every_kind_can_be_read():
    kinds = {mail.kind: mail for mail in OutboundMail.objects.all()}

    assert len(kinds) >= 10
    for mail in kinds.values():
        message = kind_of(mail).build(mail)
        assert message.subject
        assert message.text


def test_outbox_has_kept_mails_and_dead_ones():
    states = Counter(OutboundMail.objects.values_list("state", flat=True))

    assert states[MailState.DEAD] == 2
    assert states[MailState.SENT] > 300
    assert set(states) == {MailState.DEAD, MailState.SENT}


def test_events_lie_ahead_and_behind():
    coming = Event.objects.public().upcoming(NOW)
    assert coming.filter(parent=None).count() == 7
    assert coming.filter(parent__slug__startswith="digiweek").count() == 4
    assert Event.objects.public().filter(ends_at__lt=NOW).count() == 11


def test_one_partner_is_full_and_one_is_away():
    partners = PartnerOrganisation.objects.partners()

    assert [p.short_name for p in partners if p.is_full_on(TODAY)] == ["Handwerkskammer"]
    away = partners.filter(absent_from__lte=TODAY, absent_until__gte=TODAY)
    assert [p.short_name for p in away] == ["Ostfalia"]


def test_texts_have_no_gaps():
    """No placeholder was left unfilled, no sentence lost its blank."""
    texts = [
        *Consultation.objects.values_list("summary", flat=True),
        *Need.objects.values_list("question", flat=True),
        *ReferralMessage.objects.values_list("text", flat=True),
        *Event.objects.values_list("description", flat=True),
    ]

    assert all(texts)
    assert [text for text in texts if re.search(r"[{}]|  |\.[A-ZÄÖÜ]| \.", text)] == []


def test_open_follow_ups_are_late_due_and_planned():
    mine = FollowUp.objects.open().filter(assignee=user("beratung@dma.example"))
    counts = mine.aggregate(
        late=Count("pk", filter=Q(due_on__lt=TODAY)),
        today=Count("pk", filter=Q(due_on=TODAY)),
        planned=Count("pk", filter=Q(due_on__gt=TODAY)),
    )

    assert min(counts.values()) >= 3
