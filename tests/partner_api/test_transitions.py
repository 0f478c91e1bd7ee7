import json
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.actions import withdraw_consent
from outbox.models import OutboundMail
from partner_api.models import IdempotencyRecord
from referrals.models import Referral
from tests.factories import ConsentFactory, PartnerFactory, ReferralFactory, actor
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db


def today():
    return timezone.localdate().isoformat()


def test_acceptance_hands_over_the_contact_data(api, sent):
    answer = api.step(sent, "accept", {"responsible": "Kim Yılmaz", "your_reference": "4711"})

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["status"] == "accepted"
    assert shown["your_reference"] == "4711"
    assert shown["founder"] == {
        "id": shown["founder"]["id"],
        "display_name": sent.need.person.display_name,
        "emails": ["zoe@gruenden.example"],
        "phones": ["+491713920001"],
    }
    assert shown["founder"]["id"] != str(sent.need.person_id)
    assert shown["allowed_actions"] == ["decline", "forward", "undo", "start", "complete"]


def test_the_whole_way_to_an_outcome(api, sent):
    steps = [
        ("ask", {"text": "Gibt es schon einen Businessplan?"}, "query"),
        ("decline", {"reason": "capacity"}, "declined"),
        ("undo", {}, "sent"),
        ("accept", {}, "accepted"),
        ("start", {"first_contact_on": today()}, "in_progress"),
        ("hold", {"resume_on": (timezone.localdate() + timedelta(days=9)).isoformat()}, "on_hold"),
        ("resume", {}, "in_progress"),
        ("complete", {"outcome": "helped"}, "completed"),
    ]
    for verb, body, status in steps:
        answer = api.step(sent, verb, body)
        assert (verb, answer.status_code, answer.json()["status"]) == (verb, 200, status)

    channels = set(sent.steps.values_list("channel", flat=True))
    assert channels == {"api"}


def test_sender_answers_forwards_withdraws_and_acknowledges(partner, api):
    def referral(**state):
        made = ReferralFactory(sender=partner, **state)
        return made

    assert api.step(referral(query=True), "answer", {"text": "Ja."}).json()["status"] == "sent"
    withdrawn = api.step(referral(sent=True), "withdraw", {"reason": "mistake"}).json()
    assert withdrawn["withdrawn_reason"] == "mistake"
    done = referral(completed=True)
    assert api.step(done, "acknowledge").status_code == 200
    assert Referral.objects.get(pk=done.pk).acknowledged_at is not None
    proposal = referral(sent=True, forward_to=PartnerFactory())
    assert api.step(proposal, "refuse_forward", {"text": "Bitte nicht."}).status_code == 200
    follow = referral(sent=True, forward_to=PartnerFactory())
    ConsentFactory(person=follow.need.person, recipient=follow.forward_to)
    assert api.step(follow, "confirm_forward").json()["status"] == "forwarded"


def test_recipient_proposes_another(api, sent):
    other = PartnerFactory()

    shown = api.step(sent, "forward", {"recipient": str(other.pk), "text": "Passt besser"}).json()

    assert shown["status"] == "sent"
    assert shown["forward_to"] == {"id": str(other.pk), "name": other.name}


def test_wrong_step_is_409_and_names_the_present_state(api, sent):
    answer = api.step(sent, "resume")

    assert answer.status_code == 409
    assert answer.json() == {
        "type": "urn:dma-crm:problem:step_not_allowed",
        "title": "Conflict",
        "status": 409,
        "detail": answer.json()["detail"],
        "errors": [],
        "current_status": "sent",
    }


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("decline", {}, "/reason"),
        ("decline", {"reason": "laziness"}, "/reason"),
        ("decline", {"reason": "other"}, "/text"),
        ("ask", {"text": ""}, "/text"),
        ("ask", {"text": "x" * 4001}, "/text"),
        ("accept", {"status": "completed"}, "/status"),
        ("accept", {"responsible": ["a"]}, "/responsible"),
        ("accept", [], ""),
        ("forward", {"recipient": "not-a-uuid"}, "/recipient"),
        ("start", {"first_contact_on": "29.02.2027"}, "/first_contact_on"),
        ("start", {"first_contact_on": "9999-12-31"}, "/first_contact_on"),
        ("hold", {"resume_on": "9999-12-31"}, "/resume_on"),
        ("hold", {"resume_on": "2027-02-29"}, "/resume_on"),
        ("complete", {"outcome": None}, "/outcome"),
        ("withdraw", {"reason": "consent"}, "/reason"),
    ],
)
def test_wrong_bodies_are_400_and_point_at_the_field(api, sent, verb, body, pointer):
    answer = api.step(sent, verb, body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Referral.objects.get(pk=sent.pk).version == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"\xff", b'{"responsible": "a\\u0000b"}', b'{"responsible": "\\ud800"}',
        b'{"responsible": "a", "responsible": "b"}', b"[" * 100_000,
        b'{"x": ' + b"9" * 5000 + b"}", b'{"x": NaN}', b'{"x": "' + b"y" * 300_000 + b'"}',
        b'{"a":' * 30 + b"1" + b"}" * 30, b'[[["\\u0000"]]]',
    ],
)  # fmt: skip
def test_hostile_bodies_are_400(api, sent, raw):
    answer = api.post(
        f"/api/v1/referrals/{sent.pk}/accept/", data=raw, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_other_media_types_and_methods_are_refused(api, sent):
    url = f"/api/v1/referrals/{sent.pk}/accept/"

    assert api.post(url, data={"responsible": "a"}).status_code == 415
    assert api.get(url).status_code == 405
    assert api.delete(f"/api/v1/referrals/{sent.pk}/").status_code == 405


def test_emoji_and_right_to_left_text_are_kept(api, sent):
    name = "Zoë 🚀 مرحبا <script>"

    assert api.step(sent, "accept", {"responsible": name}).json()["responsible"] == name


def test_if_match_of_an_old_state_is_412(api, sent):
    etag = api.get(f"/api/v1/referrals/{sent.pk}/").headers["ETag"]
    api.step(sent, "ask", {"text": "Frage"})

    answer = api.step(sent, "decline", {"reason": "area"}, If_Match=etag)

    assert answer.status_code == 412
    assert answer.json()["current_status"] == "query"
    assert api.step(sent, "decline", {"reason": "area"}, If_Match="*").status_code == 200


def test_reading_key_may_not_write(partner, sent):
    reader = PartnerClient(secret_of(partner, scopes=["referrals:read"]))

    assert reader.step(sent, "accept").status_code == 403


def test_foreign_referral_is_404_with_the_same_body(api):
    foreign = ReferralFactory(sent=True)

    answer = api.step(foreign, "accept")

    assert answer.status_code == 404
    foreign.pk = "0190a0a0-0000-7000-8000-000000000000"
    assert api.step(foreign, "accept").content == answer.content


def test_withdrawn_consent_hides_contact_data_at_once(api, sent):
    api.step(sent, "accept")

    withdraw_consent(consent=sent.consent, by=actor(), at=timezone.now())

    shown = api.get(f"/api/v1/referrals/{sent.pk}/").json()
    assert (shown["status"], shown["withdrawn_reason"]) == ("withdrawn", "consent")
    assert shown["founder"] is None
    assert shown["question"] == ""


def test_same_idempotency_key_has_one_effect(api, sent):
    first = api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1")
    mails = OutboundMail.objects.count()
    again = api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1")

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert sent.messages.count() == 1
    assert OutboundMail.objects.count() == mails


def test_replay_shows_the_referral_as_it_is_now(api, sent):
    api.step(sent, "accept", Idempotency_Key="k-1")
    api.step(sent, "start", {"first_contact_on": today()})

    assert api.step(sent, "accept", Idempotency_Key="k-1").json()["status"] == "in_progress"


def test_idempotency_key_with_another_body_is_422(api, sent):
    api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1")

    assert api.step(sent, "ask", {"text": "Andere"}, Idempotency_Key="k-1").status_code == 422


def test_failed_request_does_not_use_up_its_key(api, sent):
    assert api.step(sent, "resume", Idempotency_Key="k-1").status_code == 409
    assert IdempotencyRecord.objects.count() == 0


def test_key_still_running_is_409_and_runs_out(api, sent):
    api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1")
    Referral.objects.filter(pk=sent.pk).update(status="sent")
    rows = IdempotencyRecord.objects.all()
    rows.update(done_at=None, modified_at=timezone.now())
    assert api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1").status_code == 409

    rows.update(modified_at=timezone.now() - timedelta(seconds=61))
    assert api.step(sent, "ask", {"text": "Frage"}, Idempotency_Key="k-1").status_code == 200


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x07b"])
def test_unusable_idempotency_key_is_400(api, sent, key):
    assert api.step(sent, "accept", Idempotency_Key=key).status_code == 400 or key == ""


def test_nothing_of_the_request_is_kept_with_the_key(api, sent):
    api.step(sent, "ask", {"text": "geheim-4711"}, Idempotency_Key="k-geheim")

    kept = json.dumps(list(IdempotencyRecord.objects.values()), default=str)

    assert "geheim" not in kept


def test_detail_and_step_take_bounded_queries(api, sent, django_assert_max_num_queries):
    api.get("/api/v1/referrals/")
    with django_assert_max_num_queries(3):  # the key, the referral, all that hangs on it
        api.get(f"/api/v1/referrals/{sent.pk}/")
    with django_assert_max_num_queries(20):
        api.step(sent, "accept")
