"""One save writes everything that was said, or nothing."""

from datetime import date, timedelta

import pytest

from accounts.actors import Actor
from accounts.history import changes_of
from accounts.models import Change
from consultations.actions import FollowUpPlan, NewPerson, ReferralPlan, log_consultation
from consultations.drafts import Typed, discard_draft, save_draft
from consultations.errors import AlreadyLoggedError
from consultations.models import ConfidentialNote, Consultation
from contacts.errors import NotWritableError
from contacts.models import Consent, FollowUp, MailTemplate, Person, Startup, Topic
from dma_crm.models import new_id
from outbox.models import OutboundMail
from referrals.models import Need, Referral
from tests.factories import (
    NOW,
    AffiliationFactory,
    ConsentFactory,
    ConsultationFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    ServiceFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def advisor():
    return UserFactory()


@pytest.fixture
def by(advisor):
    return Actor.of(advisor)


def topic(code="funding"):
    return Topic.objects.get(code=code)


def log(by, **given):
    given = {"token": new_id(), "summary": "Will gründen.", "by": by, "at": NOW, **given}
    if "person" not in given:
        given["person"] = PersonFactory()
    return log_consultation(**given)


def test_only_person_and_note_are_needed(by, advisor):
    person = PersonFactory()

    logged = log(by, person=person)

    row = Consultation.objects.get(pk=logged.consultation.pk)
    assert (row.person, row.summary, row.state) == (person, "Will gründen.", "complete")
    assert (row.advisor, row.held_on, row.completed_at) == (advisor, date(2026, 3, 10), NOW)
    assert (row.kind, row.result, row.channel) == ("first", "open", "phone")
    assert row.reference == "B-2026-0001"
    assert row.draft == {}
    assert not ConfidentialNote.objects.exists()
    assert (logged.again, logged.follow_up, logged.sent, logged.held) == (False, None, (), ())


def test_second_consultation_is_a_further_one(by):
    earlier = ConsultationFactory()
    ConsultationFactory(open_draft=True, person=PersonFactory())

    logged = log(by, person=earlier.person)

    assert logged.consultation.kind == "further"


def test_draft_of_somebody_is_no_earlier_consultation(by):
    draft = ConsultationFactory(open_draft=True)

    assert log(by, person=draft.person).consultation.kind == "first"


def test_facts_that_were_chosen_win_over_the_defaults(by):
    facts = {
        "kind": "short",
        "result": "signposted",
        "channel": "video",
        "held_on": date(2026, 3, 9),
        "contact_minutes": 0,
        "preparation_minutes": 15,
    }
    row = log(by, **facts).consultation
    row.refresh_from_db()

    assert {name: getattr(row, name) for name in facts} == facts


def test_new_person_belongs_to_the_advisor_and_is_found(by, advisor):
    new = NewPerson(
        given_name="Zoë", family_name="Brandt", email="zoe@gruenden.example", phone="05361 123456"
    )

    person = log(by, person=new).consultation.person

    assert (person.display_name, person.owner) == ("Zoë Brandt", advisor)
    assert person.first_contact_on == date(2026, 3, 10)
    assert person.emails.get().address == "zoe@gruenden.example"
    assert person.phones.get().number == "+495361123456"
    assert person.search_entry.kind == "person"


def test_new_person_needs_a_family_name_only(by):
    person = log(by, person=NewPerson(family_name="Brandt")).consultation.person

    assert person.display_name == "Brandt"
    assert (person.emails.count(), person.phones.count()) == (0, 0)


def test_new_venture_is_founded_by_the_person(by, advisor):
    consultation = log(by, startup="Lastenrad GbR").consultation

    startup = Startup.objects.get()
    assert (startup.name, startup.owner, startup.stage.code) == (
        "Lastenrad GbR",
        advisor,
        "orientation",
    )
    assert consultation.startup == startup
    affiliation = startup.affiliations.get()
    assert (affiliation.person, affiliation.role) == (consultation.person, "founder")


def test_known_venture_gets_the_new_person(by):
    startup = StartupFactory()

    consultation = log(by, person=NewPerson(family_name="Brandt"), startup=startup).consultation

    assert startup.affiliations.get().person == consultation.person


def test_known_tie_is_not_doubled(by):
    tie = AffiliationFactory(role="employee")

    log(by, person=tie.person, startup=tie.startup)

    assert tie.startup.affiliations.get() == tie


def test_confidential_note_is_kept_apart(by):
    consultation = log(by, confidential="Insolvenz 2019").consultation

    note = ConfidentialNote.objects.get()
    assert (note.consultation, note.text) == (consultation, "Insolvenz 2019")
    assert "Insolvenz" not in str(Change.objects.values_list("fields"))


def test_follow_up_is_a_task_for_the_advisor(by, advisor):
    logged = log(by, startup="Lastenrad", follow_up=FollowUpPlan(due_on=date(2026, 3, 17)))

    task = FollowUp.objects.get()
    assert logged.follow_up == task
    assert (task.due_on, task.kind, task.assignee) == (date(2026, 3, 17), "task", advisor)
    assert (task.person, task.startup) == (
        logged.consultation.person,
        logged.consultation.startup,
    )
    assert task.subject == "Nach der Beratung nachfassen"


def test_follow_up_can_be_a_mail_to_the_person(by):
    template = MailTemplate.objects.get(code="keep_in_touch")
    plan = FollowUpPlan(due_on=date(2026, 4, 10), template=template)

    log(by, person=PersonFactory(email="zoe@gruenden.example"), follow_up=plan)

    mail = FollowUp.objects.get()
    assert (mail.kind, mail.template, mail.subject) == ("mail", template, "In Kontakt bleiben")


def test_follow_up_says_what_was_typed(by):
    log(by, follow_up=FollowUpPlan(due_on=date(2026, 3, 17), subject="Businessplan ansehen"))

    assert FollowUp.objects.get().subject == "Businessplan ansehen"


def refer(by, *partners, consented=True, **plan):
    chosen = frozenset(partner.pk for partner in partners) if consented else frozenset()
    plan = {
        "question": "Welche Förderung passt?",
        "partners": partners,
        "consented": chosen,
        **plan,
    }
    return log(by, topics=[topic()], referral=ReferralPlan(**plan))


def test_referral_is_sent_with_the_consent_just_given(by, advisor):
    partner = PartnerFactory()

    logged = refer(by, partner)

    referral = Referral.objects.get()
    assert logged.sent == (referral,)
    assert (referral.status, referral.recipient) == ("sent", partner)
    consent = Consent.objects.get()
    assert referral.consent == consent
    assert (consent.evidence, consent.given_at, consent.recipient) == ("spoken", NOW, partner)
    assert consent.shared_fields == ["name", "email", "phone"]
    need = Need.objects.get()
    assert (need.owner, need.question) == (advisor, "Welche Förderung passt?")
    assert list(need.topics.all()) == [topic()]
    assert logged.consultation.result == "referred"
    assert OutboundMail.objects.filter(kind="referral_sent").count() == 1


def test_what_is_said_in_confidence_goes_nowhere(by):
    refer(by, PartnerFactory())

    assert "Will gründen." not in str(OutboundMail.objects.values())
    assert Need.objects.get().question == "Welche Förderung passt?"


def test_missing_consent_blocks_only_the_referral(by):
    partner = PartnerFactory()

    logged = refer(by, partner, consented=False)

    referral = Referral.objects.get()
    assert (referral.status, logged.sent) == ("draft", ())
    held = logged.held[0]
    assert (held.partner, held.referral) == (partner, referral)
    assert "nicht" in held.reason or "agreed" in held.reason
    assert logged.consultation.state == "complete"
    assert not Consent.objects.exists()
    assert not OutboundMail.objects.exists()


def test_existing_consent_is_used_and_not_doubled(by):
    person, partner = PersonFactory(), PartnerFactory()
    consent = ConsentFactory(person=person, recipient=partner)
    plan = ReferralPlan(question="Was nun?", partners=(partner,), consented={partner.pk})

    log(by, person=person, topics=[topic()], referral=plan)

    assert Referral.objects.get().consent == consent
    assert Consent.objects.get() == consent


def test_full_partner_gets_a_draft_only(by):
    full = PartnerFactory(capacity="full")

    logged = refer(by, full)

    assert (Referral.objects.get().status, logged.sent) == ("draft", ())
    assert Consent.objects.filter(recipient=full).count() == 1


def test_full_partner_can_be_overridden(by):
    full = PartnerFactory(capacity="full")

    refer(by, full, overridden={full.pk})

    assert Referral.objects.get().status == "sent"


def test_one_need_goes_to_several_partners_each_on_its_own(by):
    willing, silent = PartnerFactory(), PartnerFactory(email="")

    logged = refer(by, willing, silent)

    assert Need.objects.count() == 1
    assert [one.recipient for one in logged.sent] == [willing]
    assert [one.partner for one in logged.held] == [silent]
    assert dict(Referral.objects.values_list("recipient__name", "status")) == {
        willing.name: "sent",
        silent.name: "draft",
    }


def test_partner_out_of_use_gets_not_even_a_draft(by):
    gone = PartnerFactory(active=False)

    logged = refer(by, gone)

    assert not Referral.objects.exists()
    assert (logged.held[0].partner, logged.held[0].referral) == (gone, None)
    assert logged.consultation.state == "complete"


def test_open_double_is_held(by):
    earlier = ReferralFactory(sent=True)
    earlier.need.topics.add(topic())
    plan = ReferralPlan(question="Noch einmal", partners=(earlier.recipient,))

    logged = log(by, person=earlier.need.person, topics=[topic()], referral=plan)

    assert [one.partner for one in logged.held] == [earlier.recipient]


def test_service_of_the_suggestion_is_noted(by):
    service = ServiceFactory()

    refer(by, service.partner, services={service.partner.pk: service})

    assert Referral.objects.get().service == service


def test_everything_in_one_save(by):
    partner = PartnerFactory()
    logged = log(
        by,
        person=NewPerson(given_name="Zoë", family_name="Brandt", email="z@gruenden.example"),
        startup="Lastenrad",
        topics=[topic("funding"), topic("idea")],
        confidential="Insolvenz",
        follow_up=FollowUpPlan(due_on=date(2026, 3, 17)),
        referral=ReferralPlan(question="Zuschuss?", partners=(partner,), consented={partner.pk}),
    )

    models = [Person, Startup, Consultation, ConfidentialNote, FollowUp, Consent, Need, Referral]
    assert [model.objects.count() for model in models] == [1] * 8
    assert set(logged.consultation.topics.values_list("code", flat=True)) == {"funding", "idea"}
    assert Need.objects.get().startup == Startup.objects.get()


def test_nothing_is_written_when_something_breaks(by):
    with pytest.raises(NotWritableError):
        log(by, person=PersonFactory(state="restricted"), follow_up=FollowUpPlan(NOW.date()))

    assert not Consultation.objects.exists()


def test_same_form_twice_is_one_consultation(by):
    token, person = new_id(), NewPerson(family_name="Brandt")

    first = log(by, token=token, person=person, summary="Eins")
    second = log(by, token=token, person=person, summary="Zwei")

    assert second.again
    assert second.consultation == first.consultation
    assert Consultation.objects.get().summary == "Eins"
    assert Person.objects.count() == 1


def test_draft_becomes_the_consultation(by):
    token = new_id()
    typed = Typed(fields={"summary": ["Will"]}, confidential="alt")
    draft = save_draft(token=token, typed=typed, version=0, by=by, at=NOW)

    done = log(by, token=token, confidential="neu").consultation

    assert (done.pk, done.reference) == (draft.pk, draft.reference)
    assert ConfidentialNote.objects.get().text == "neu"
    assert [change.fields for change in changes_of(done)] == [{"state": ["draft", "complete"]}]


def test_discarded_draft_is_not_saved(by):
    draft = save_draft(token=new_id(), typed=Typed(fields={}), version=0, by=by, at=NOW)
    discard_draft(draft=draft, by=by, at=NOW)

    with pytest.raises(AlreadyLoggedError):
        log(by, token=draft.pk)

    assert Consultation.objects.get().state == "discarded"


def test_draft_of_somebody_else_is_not_there(by):
    foreign = ConsultationFactory(open_draft=True)

    with pytest.raises(Consultation.DoesNotExist):
        log(by, token=foreign.pk)

    foreign.refresh_from_db()
    assert foreign.state == "draft"


def test_time_goes_by_the_local_day(by):
    late = NOW.replace(hour=23, minute=30) + timedelta(days=0)  # 00:30 of the next day here

    assert log(by, at=late).consultation.held_on == date(2026, 3, 11)
