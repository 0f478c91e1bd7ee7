"""Every notice: how it reads, to whom it goes, and when it stays at home."""

from datetime import timedelta

import pytest

from contacts.models import Consent
from outbox.models import OutboundMail
from outbox.registry import kind_of
from referrals import actions, mail_kinds
from referrals.models import AnswerLink, Referral

pytestmark = pytest.mark.django_db


def mail(kind) -> OutboundMail:
    return OutboundMail.objects.get(kind=kind)


def message(kind):
    row = mail(kind)
    return kind_of(row).build(row)


def may_go(kind, at) -> str:
    row = mail(kind)
    return kind_of(row).may_go(row, at)


@pytest.fixture
def story(world):
    """Everything that can be told, told once."""
    need = world.need(owner=world.advisor_user)
    referral = world.sent(need=need, reason="Nah dran.")
    given = {"referral": referral, "at": world.now}
    actions.ask_referral(text="Welche Rechtsform?", by=world.colleague, **given)
    actions.answer_query(text="Eine GmbH.", by=world.advisor, **given)
    actions.propose_forward(
        recipient=world.other, text="Passt besser.", by=world.colleague, **given
    )
    actions.refuse_forward(by=world.advisor, **given)
    actions.accept_referral(responsible="Kim Yılmaz", by=world.colleague, **given)
    actions.undo_answer(by=world.colleague, **given)
    return referral


def test_the_partner_reads_what_it_is_about_and_by_when(world, story):
    sent = message("referral_sent")

    assert sent.subject == f"Neue Vermittlung {story.reference}: Businessplan"
    for part in ("Wer hilft beim Plan?", "Nah dran.", "Dienstag, 17. März 2026"):
        assert part in sent.text
    assert sent.reply_to == world.advisor_user.email
    assert f"/antwort/{AnswerLink.objects.get().token}/" in sent.text


def test_the_founder_reads_who_when_and_on_which_ground(world, story):
    told = message("referral_accepted_founder")

    assert told.subject == "IHK Lüneburg-Wolfsburg meldet sich bei Ihnen"
    for part in ("Zoë Tok3nmann", "innerhalb von 5 Arbeitstagen", "Art. 6 Abs. 1", "10. März 2026"):
        assert part in told.text
    assert told.reply_to == world.advisor_user.email


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("referral_query", "Eine GmbH."),  # built later: the newest message
        ("referral_answered", "Eine GmbH."),
        ("referral_forward_proposed", "schlägt vor"),
        ("referral_forward_decided", "weiterhin um Ihre Antwort"),
        ("referral_accepted", "Kontaktdaten sind jetzt"),
        ("referral_undone", "zurückgenommen"),
        ("referral_undone_founder", "Bitte entschuldigen Sie das Hin und Her"),
    ],
)
def test_the_others_say_what_happened(story, kind, part):
    told = message(kind)

    assert part in told.text
    assert story.reference in told.subject or kind.endswith("founder")
    assert "{" not in told.subject + told.text


def test_every_kind_has_its_texts_and_its_guard(story):
    for kind in mail_kinds.GUARDS:
        row = OutboundMail(kind=kind, subjects={"referral": str(story.pk)}, recipient_name="Kim")
        told = mail_kinds.build(row)
        assert told.subject
        assert told.text.startswith("Guten Tag Kim,\n")


def test_a_withdrawn_consent_asks_to_delete(world):
    referral = world.accepted()
    actions.withdraw_for_consent(consent=referral.consent, by=world.advisor, at=world.now)

    told = message("referral_withdrawn")
    assert "Bitte löschen Sie" in told.text
    assert "Tok3nmann" not in told.text
    assert may_go("referral_withdrawn", world.now) == ""


def test_mails_to_the_agency_lead_to_the_page(world, story):
    assert f"/vermittlungen/{story.reference}/" in message("referral_query").text


def test_without_an_open_link_the_mail_leads_to_the_page(world, story):
    AnswerLink.objects.update(revoked_at=world.now)

    assert f"/vermittlungen/{story.reference}/" in message("referral_sent").text


def test_right_after_the_step_each_may_go(world):
    referral = world.accepted()

    assert may_go("referral_accepted", world.now) == ""
    assert may_go("referral_accepted_founder", world.now) == ""
    actions.complete_referral(referral=referral, outcome="helped", by=world.colleague, at=world.now)
    assert may_go("referral_completed", world.now) == ""


def test_looked_at_after_an_undo_nothing_is_half_a_sentence(world, story):
    """The outbox shows it as the referral stands now, which nobody is responsible for."""
    assert (
        "**Wer meldet sich?** IHK Lüneburg-Wolfsburg" in message("referral_accepted_founder").text
    )
    assert "Zuständig dort" not in message("referral_accepted").text


def test_what_was_undone_stays_at_home_and_so_does_its_correction(world, story):
    """Nobody was told anything yet."""
    for kind in ("referral_accepted", "referral_accepted_founder"):
        assert may_go(kind, world.now) == "state_changed"
    for kind in ("referral_undone", "referral_undone_founder"):
        assert may_go(kind, world.now) == "never_told"


def test_who_was_told_gets_the_correction(world, story):
    OutboundMail.objects.filter(kind__startswith="referral_accepted").update(state="sent")

    for kind in ("referral_undone", "referral_undone_founder"):
        assert may_go(kind, world.now) == ""


def test_accepted_again_the_first_notice_stays_at_home(world, story):
    actions.accept_referral(referral=story, by=world.colleague, at=world.now)

    rows = OutboundMail.objects.filter(kind="referral_accepted")
    reasons = {int(r.subjects["version"]): mail_kinds.may_go(r, world.now) for r in rows}
    assert [reasons[version] for version in sorted(reasons)] == ["state_changed", ""]


@pytest.mark.parametrize("change", ["withdrawn", "expired", "restricted"])
def test_without_consent_nothing_is_sent_to_partner_or_founder(world, change):
    world.accepted()
    later = world.now + timedelta(hours=1)
    if change == "restricted":
        type(world.person).objects.update(state="restricted")
    else:
        field = {"withdrawn": "withdrawn_at", "expired": "expires_at"}[change]
        Consent.objects.update(**{field: world.now})

    expected = "record_gone" if change == "restricted" else "consent_gone"
    assert may_go("referral_accepted_founder", later) == expected
    assert may_go("referral_sent", later) == "consent_gone"


def test_an_address_that_is_no_longer_theirs_gets_nothing(world):
    world.accepted()
    world.person.emails.all().delete()

    assert may_go("referral_accepted_founder", world.now) == "record_gone"


def test_a_notice_that_was_overtaken_stays_at_home(world, story):
    for kind in ("referral_query",):
        assert may_go(kind, world.now) == "state_changed"
    actions.withdraw_referral(referral=story, reason="mistake", by=world.advisor, at=world.now)
    assert may_go("referral_sent", world.now) == "state_changed"
    assert may_go("referral_forward_decided", world.now) == ""


def test_what_it_speaks_of_may_be_gone(world, story):
    row = mail("referral_sent")
    Referral.objects.all().delete()

    assert mail_kinds.may_go(row, world.now) == "record_gone"


def test_an_owner_who_left_is_not_written_to(world):
    referral = world.sent(need=world.need(owner=world.advisor_user))
    type(world.advisor_user).objects.filter(pk=world.advisor_user.pk).update(is_active=False)
    referral = Referral.objects.get(pk=referral.pk)

    actions.decline_referral(referral=referral, reason="area", by=world.colleague, at=world.now)

    assert mail("referral_declined").recipient == "gruenden@dma.example"


def test_an_organisation_without_address_is_left_out(world):
    referral = world.sent()
    type(referral.sender).objects.update(email="")
    referral = Referral.objects.get(pk=referral.pk)

    actions.decline_referral(referral=referral, reason="area", by=world.colleague, at=world.now)

    assert OutboundMail.objects.filter(kind="referral_declined").count() == 0
