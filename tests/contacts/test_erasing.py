"""Art. 17 DSGVO: nothing of an erased person is left anywhere, and the figures still add up."""

from datetime import timedelta
from itertools import count

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models

from accounts.actors import AGENCY_ID, Actor
from accounts.history import note_change
from accounts.models import Change, Channel, ReadLog
from consultations.models import Appointment, ConfidentialNote, Consultation
from contacts.actions import erase_person, record_consent, replay_erasures
from contacts.errors import NotWritableError
from contacts.models import (
    Consent,
    Erasure,
    FollowUp,
    Objection,
    Person,
    PersonEmail,
    PersonPhone,
    SearchWord,
    StageChange,
    Startup,
)
from contacts.search.index import index_many
from events.models import Feedback, Registration
from outbox import delivery
from outbox.models import OutboundMail, SuppressedAddress
from outbox.registry import kind_of
from referrals.models import (
    FounderFeedback,
    ImpactSurvey,
    Introduction,
    IntroductionParty,
    MutedNotice,
    Need,
    Referral,
    ReferralMessage,
    ReferralStep,
)
from tests.factories import (
    AffiliationFactory,
    AppointmentFactory,
    ConfidentialNoteFactory,
    ConsentFactory,
    ConsultationFactory,
    FeedbackFactory,
    FollowUpFactory,
    FounderFeedbackFactory,
    ImpactSurveyFactory,
    IntroductionFactory,
    NeedFactory,
    OrderCheckFactory,
    OutboundMailFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    RegistrationFactory,
    StartupFactory,
    SuppressedAddressFactory,
    UserFactory,
    actor,
)
from tests.guards.test_models import MODELS

pytestmark = pytest.mark.django_db
MARK = "qzx"
TEXTS = (models.CharField, models.TextField, models.JSONField)
# What holds words about a person who can be erased; each is planted below.
OF_A_PERSON = {
    Appointment,
    *(Change, Consent, ConfidentialNote, Consultation, FollowUp, FounderFeedback, ImpactSurvey),
    *(Introduction, IntroductionParty, MutedNotice, Need, Objection, OutboundMail, Person),
    *(PersonEmail, PersonPhone, ReadLog, Referral, ReferralMessage, ReferralStep, StageChange),
    *(Feedback, Registration, Startup, SuppressedAddress),
    *(apps.get_model(f"contacts.{name}") for name in ("SearchEntry", "SearchWord", "EntryWord")),
    *(apps.get_model(name) for name in ("contacts.MatchKey", "referrals.OrderCheck")),
}
OTHERS = {
    "accounts.ApiKey": "of a partner's system",
    "accounts.User": "people with a login are no founders",
    "consultations.CalendarFeed": "a digest",
    "contacts.Erasure": "the ledger: who erased",
    "contacts.ImportRun": "who imported",
    "contacts.MailTemplateVersion": "who worded it",
    "contacts.ImportedRow": "digests, so that an old file brings nobody back",
    "contacts.PartnerOrganisation": "an organisation and its contact",
    "events.Event": "notes about an event, by its organisers",
    "events.SenderWindow": "a digest",
    "outbox.DeliveryFreeze": "why an administrator stopped delivery",
    "outbox.WebhookEndpoint": "secrets of a partner's system",
    "referrals.AnswerLink": "a digest",
}


def personal_texts(model):
    classes = model.PRIVACY.classes
    named = classes["personal"] | classes["sensitive"]
    return [
        field
        for field in model._meta.concrete_fields
        if field.name in named and isinstance(field, TEXTS) and not field.choices
    ]


class Planter:
    """Writes a word nobody has seen into every personal text of a row."""

    def __init__(self):
        self.words = (f"{MARK}{number}" for number in count(1000))

    def word(self, field):
        word = next(self.words)
        if isinstance(field, models.EmailField):
            return f"{word}@gruenden.example"
        return {"said": [word]} if isinstance(field, models.JSONField) else word

    def plant(self, row, *more):
        kept = {
            "by_label",
            "token_hash",
            "ticket_code",
            "voice",
            "responsible",
            "shared_fields",
        } - set(more)
        names = {field.name for field in personal_texts(type(row))} - kept | set(more)
        values = {name: self.word(row._meta.get_field(name)) for name in names}
        type(row)._base_manager.filter(pk=row.pk).update(**values)
        row.refresh_from_db()
        return row


def everything_stored():
    """All rows of all tables as one text each."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            for row in cursor.fetchall():
                yield table, " ".join(map(str, row))


def holding(mark=MARK):
    return sorted({table for table, text in everything_stored() if mark in text})


@pytest.fixture
def full(now):
    """A person about whom every table says something."""
    planter = Planter()
    plant, advisor = planter.plant, UserFactory(role="advisor")
    acted = {"at": now, "channel": "mail_link"}
    person = plant(PersonFactory(phone="1", email="x@y.example"))
    for child in (*person.emails.all(), *person.phones.all()):
        plant(child)
    address = person.emails.get().address
    startup = plant(StartupFactory(), "activity", "registry_number", "vat_id")
    AffiliationFactory(person=person, startup=startup)
    plant(StageChange.objects.create(startup=startup, after=startup.stage, **acted))
    partner = PartnerFactory()
    consent = plant(
        ConsentFactory(person=person, recipient=partner, text_version="foreign"), "by_label", "text"
    )
    plant(Objection.objects.create(person=person, purpose="follow_up", **acted), "by_label")
    rows = [person, startup, plant(FollowUpFactory(person=person))]
    rows.append(plant(FollowUpFactory(person=None, startup=startup)))
    need = plant(NeedFactory(person=person, startup=startup))
    referral = ReferralFactory(need=need, recipient=partner, sent=True, consent=consent)
    plant(referral, "sender_reference", "recipient_reference")
    step = {"action": "ask", "after": "query", "version": 1}
    plant(ReferralStep.objects.create(referral=referral, **step, **acted))
    plant(ReferralMessage.objects.create(referral=referral, **acted))
    done = ReferralFactory(need=need, completed=True, responsible="Kim Yılmaz", consent=False)
    plant(done)
    plant(FounderFeedbackFactory(referral=done, answered=True))
    plant(ImpactSurveyFactory(person=person, startup=startup, answered=True))
    ImpactSurveyFactory(person=person, months=12)
    introduction = plant(IntroductionFactory(between=(person, PersonFactory(email="o@o.example"))))
    plant(introduction.parties.get(person=person))
    plant(MutedNotice.objects.create(kind="late", person=person, **acted), "by_label")
    plant(OrderCheckFactory(person=person, startup=None), "by_label")
    talk = plant(ConsultationFactory(person=person, advisor=advisor))
    draft = plant(ConsultationFactory(person=person, advisor=advisor, open_draft=True))
    ConsultationFactory().others.add(person)
    appointment = plant(AppointmentFactory(person=person, advisor=advisor, startup=startup))
    guest = plant(RegistrationFactory(person=person))
    plant(FeedbackFactory(voice=Feedback.voice_of(guest.pk)))
    notes = [plant(ConfidentialNoteFactory(consultation=each)) for each in (talk, draft)]
    plant(ReadLog.objects.create(user=advisor, note_id=notes[0].pk, subject=talk.reference, at=now))
    mail = plant(OutboundMailFactory(subjects={"person": str(person.pk)}))
    mail.subjects, mail.dedupe_key = {"person": str(person.pk)}, f"test:{mail.recipient}"
    mail.save()
    OutboundMailFactory(recipient=address, recipient_name=f"{MARK}1", state="sent")
    plant(SuppressedAddressFactory())
    SuppressedAddress.objects.update(address=address)
    for row in [*rows, need, introduction, talk, draft, appointment, *notes]:
        note_change(row, {"what": [next(planter.words)]}, by=Actor("", "mail_link"), at=now)
    plant(Change.objects.first(), "by_label")
    Change.objects.filter(record_id=person.pk).update(
        channel=Channel.MAIL_LINK, by_label=f"{MARK}2"
    )
    index_many([person, startup])
    return person


def erased(person, now, role="admin"):
    return erase_person(person=person, by=actor(role), at=now)


def test_nothing_of_an_erased_person_is_left_anywhere(full, now):
    planted = {model._meta.db_table for model in OF_A_PERSON}
    assert set(holding()) == planted

    erased(full, now)

    assert holding() == []


def test_every_model_with_words_about_people_is_planted():
    wordy = {name for name, model in MODELS.items() if personal_texts(model)}

    assert wordy - {model._meta.label for model in OF_A_PERSON} == set(OTHERS)


def test_what_the_figures_count_stays_under_the_reference_alone(full, now):
    NeedFactory(person=full)
    before = {model: model.objects.count() for model in (Need, Referral, Introduction, Startup)}

    erased(full, now)

    full.refresh_from_db()
    assert (full.state, full.display_name) == ("anonymised", full.reference)
    assert {model: model.objects.count() for model in before} == before
    assert Consultation.objects.filter(person=full).count() == 1, "the draft is gone"
    assert Startup.objects.get().name.startswith("S-")
    assert set(Need.objects.values_list("status", flat=True)) == {"helped", "settled"}


def test_referrals_end_and_their_recipients_are_told(full, now):
    erased(full, now)

    assert sorted(Referral.objects.values_list("status", "withdrawn_reason")) == [
        ("completed", ""),
        ("withdrawn", "consent"),
    ]
    told = OutboundMail.objects.filter(state="queued")
    assert sorted(told.values_list("kind", flat=True)) == [
        "introduction_ended",
        "referral_consent_gone",
        "referral_withdrawn",
    ]
    partners = told.filter(kind__startswith="referral_")
    assert {kind_of(mail).may_go(mail, now) for mail in partners} == {""}


def test_whoever_was_told_before_is_not_told_again(now):
    referral = ReferralFactory(completed=True, responsible="Kim Yılmaz")
    Consent.objects.update(withdrawn_at=now)
    referral.write(action="consent_gone", by=Actor.system(), at=now)

    erased(referral.need.person, now)

    assert not OutboundMail.objects.exists()


def test_mails_to_the_person_are_cancelled_and_do_not_go(full, now):
    waiting = OutboundMail.objects.get(state="queued")

    erased(full, now)
    delivery.deliver(at=now + timedelta(minutes=2))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.last_error, waiting.recipient) == ("cancelled", "erased", "")
    sent = OutboundMail.objects.filter(state="sent").exclude(recipient="")
    partners = Referral.objects.values_list("recipient__email", flat=True)
    assert set(sent.values_list("recipient", flat=True)) == set(partners)


def test_an_address_that_others_have_too_keeps_its_mails(now):
    person = PersonFactory(email="wir@zuhause.example")
    PersonEmail.objects.create(person=PersonFactory(), address="Wir@zuhause.example")
    PersonEmail.objects.create(person=person, address="kontakt@bank.example")
    PartnerFactory(email="Kontakt@bank.example")
    for recipient in ("wir@zuhause.example", "kontakt@bank.example"):
        OutboundMailFactory(recipient=recipient)
        SuppressedAddressFactory(address=recipient)

    erased(person, now)

    assert OutboundMail.objects.filter(state="queued").exclude(recipient="").count() == 2
    assert SuppressedAddress.objects.count() == 2


@pytest.mark.parametrize(
    ("legal_form", "alone", "kept"),
    [("freelance", True, False), ("freelance", False, True), ("gmbh", True, True)],
)
def test_only_a_venture_of_nobody_else_goes_too(now, legal_form, alone, kept):
    tie = AffiliationFactory(startup__legal_form=legal_form, startup__name="Käsewerk")
    if not alone:
        AffiliationFactory(startup=tie.startup, role="employee")

    erased(tie.person, now)

    assert (Startup.objects.get().name == "Käsewerk") == kept


def test_words_that_others_have_stay_findable(now):
    pair = [PersonFactory(given_name="Zo", family_name=name) for name in ("Einzig", "Andere")]
    index_many(pair)

    erased(pair[0], now)

    assert set(SearchWord.objects.values_list("word", flat=True)) == {"zo", "andere"}


def test_nothing_can_be_added_to_an_erased_person(now):
    person = PersonFactory()
    erased(person, now)

    with pytest.raises(NotWritableError):
        record_consent(
            person=person, purpose="newsletter", evidence="spoken", given_at=now, by=actor(), at=now
        )


def test_twice_is_once_and_the_ledger_holds_ids_only(now):
    person = PersonFactory()

    first, second = erased(person, now), erased(person, now)

    assert first == second == Erasure.objects.get()
    assert (first.person_id, first.by_label, first.by_organisation_id) == (person.pk, "", AGENCY_ID)
    assert Change.objects.filter(record_id=person.pk).count() == 1


def test_after_a_restore_the_ledger_is_gone_through_again(now):
    people = PersonFactory.create_batch(3)
    erased(people[0], now)
    ids = [people[0].pk, people[1].pk, Erasure.objects.get().pk]  # the last one names nobody

    assert replay_erasures(ids, by=Actor.system(), at=now) == 1
    assert list(Person.objects.filter(state="active")) == [people[2]]
    assert replay_erasures(ids, by=Actor.system(), at=now) == 0


def test_the_command_goes_through_a_ledger(tmp_path, capsys):
    person = PersonFactory()
    ledger = tmp_path / "erasures.jsonl"
    ledger.write_text(f'{{"person": "{person.pk}", "at": "2026-03-10"}}\n')

    call_command("replay_erasures", str(ledger))

    assert capsys.readouterr().out == "1 of 1 erased again.\n"
    assert Person.objects.get().state == "anonymised"


@pytest.mark.parametrize("line", ["", "[]", '{"person": 1}', '{"person": "x"}', '"x"'])
def test_a_ledger_that_cannot_be_read_erases_nobody(tmp_path, line):
    person = PersonFactory()
    ledger = tmp_path / "erasures.jsonl"
    ledger.write_text(f'{{"person": "{person.pk}"}}\n{line}\n')

    with pytest.raises(CommandError, match="Line 2"):
        call_command("replay_erasures", str(ledger))

    assert not Erasure.objects.exists()


def test_an_administrator_is_asked_once(client, now):
    person = AffiliationFactory(person__family_name="Einzig", startup__name="Käsewerk").person
    client.force_login(UserFactory(role="admin"))
    page = f"/personen/{person.reference}/loeschen/"
    assert page in client.get(person.get_absolute_url()).content.decode()

    asked = client.get(page).content.decode()
    assert "Käsewerk" in asked
    assert not Erasure.objects.exists()

    told = client.post(page, follow=True)
    assert person.reference in str(next(iter(told.context["messages"])))
    assert client.get(page).status_code == 404
    assert "Einzig" not in told.content.decode()


def test_advisors_and_managers_have_no_such_button(client):
    person = PersonFactory()
    for role in ("advisor", "manager"):
        client.force_login(UserFactory(role=role))
        assert "loeschen" not in client.get(person.get_absolute_url()).content.decode()


@pytest.mark.parametrize("by", ["pk", "reference"])
def test_the_command_erases_by_id_or_reference(capsys, by):
    person = PersonFactory()
    name = str(getattr(person, by)).lower()

    call_command("erase_person", name)
    call_command("erase_person", name)

    assert capsys.readouterr().out == (
        f"{person.reference} is erased.\n"
        f"{person.reference} had been erased before; nothing was changed.\n"
    )
    assert Person.objects.get().state == "anonymised"


@pytest.mark.parametrize(
    ("name", "code"),
    [("P-2026-9999", 1), ("019ac4d2-0000-7000-8000-000000000000", 1), ("Müller", 2), ("", 2)],
)
def test_the_command_says_whom_it_does_not_know(name, code):
    with pytest.raises(CommandError) as refused:
        call_command("erase_person", name)

    assert refused.value.returncode == code
