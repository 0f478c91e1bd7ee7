"""me/, events/, steps/ and messages/."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.actions import withdraw_consent
from contacts.models import Topic
from referrals.models import Referral
from tests.factories import (
    EventFactory,
    PartnerFactory,
    ReferralFactory,
    RegistrationFactory,
    VenueFactory,
    actor,
)
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db
REFERRALS = "/api/v1/referrals/"


def test_me_says_which_key_this_is(api, partner):
    shown = api.get("/api/v1/me/").json()

    key = partner.api_keys.get()
    assert shown == {
        "organisation": {"id": str(partner.pk), "name": partner.name},
        "key": {"name": "", "prefix": key.prefix},
        "scopes": ["referrals:read", "referrals:write"],
        "expires_at": key.expires_at.isoformat().replace("+00:00", "Z"),
        "rate_limit": {"requests": 600, "per_seconds": 60},
    }
    assert api.get("/api/v1/me/?verbose=1").status_code == 400


@pytest.mark.parametrize("scope", ["services:write", "webhooks:write"])
def test_any_key_may_ask_who_it_is(partner, scope):
    client = PartnerClient(secret_of(partner, scopes=[scope]))

    assert client.get("/api/v1/me/").json()["scopes"] == [scope]


def test_public_events_to_come_are_listed(api):
    soon, past = timezone.now() + timedelta(days=1), timezone.now() - timedelta(days=1)
    coming = EventFactory(state="published", starts_at=soon, ends_at=soon)
    later = soon + timedelta(hours=1)
    off = EventFactory(state="cancelled", starts_at=later, ends_at=later)
    EventFactory(state="draft", starts_at=soon, ends_at=soon)  # could leak
    over = EventFactory(state="published", starts_at=past, ends_at=past)

    rows = api.get("/api/v1/events/").json()["results"]

    assert [row["id"] for row in rows] == [str(coming.pk), str(off.pk)]
    assert rows[0]["url"].endswith(f"/veranstaltungen/{coming.slug}/")
    with_past = api.get("/api/v1/events/?past=true").json()["results"]
    assert [row["id"] for row in with_past] == [str(row.pk) for row in (over, coming, off)]
    assert api.get("/api/v1/events/?past=perhaps").status_code == 400


def test_one_event(api):
    public, draft = EventFactory(state="published"), EventFactory(state="draft")
    answer = api.get(f"/api/v1/events/{public.pk}/")

    assert answer.json()["title"] == public.title
    assert api.get(f"/api/v1/events/{draft.pk}/").status_code == 404
    etag = answer.headers["ETag"]
    unchanged = api.get(f"/api/v1/events/{public.pk}/", headers={"If-None-Match": etag})
    assert unchanged.status_code == 304


def coming(days=1, **fields):
    at = timezone.now() + timedelta(days=days)
    return EventFactory(**{"starts_at": at, "ends_at": at, **fields})


def with_guests(event):
    """Eight rows of every kind; only whoever confirmed the address counts."""
    RegistrationFactory.create_batch(2, event=event, name="Frau Geheim")
    RegistrationFactory(event=event, checked_in_at=event.starts_at)
    RegistrationFactory.create_batch(2, event=event, waiting=True)
    RegistrationFactory(event=event, waiting=True, confirmed_at=None)
    RegistrationFactory(event=event, cancelled=True)
    RegistrationFactory(event=event, held=True)
    return event


def test_hosts_read_how_many_come_and_never_who(api, partner):
    ours, theirs = with_guests(coming(host=partner, capacity=9)), with_guests(coming(2, capacity=9))

    answer = api.get("/api/v1/events/")

    first, second = answer.json()["results"]
    assert first["guests"] == {"registered": 6, "confirmed": 3, "waiting": 2, "attended": 1}
    assert second["guests"] is None
    assert (first["seats_left"], second["seats_left"]) == (6, 6)
    assert "Geheim" not in answer.content.decode()
    assert "gruendung.example" not in answer.content.decode()
    for event, shown in ((ours, first), (theirs, second)):
        assert api.get(f"/api/v1/events/{event.pk}/").json() == shown


def test_an_own_event_without_guests_has_none(api, partner):
    coming(host=partner)

    (row,) = api.get("/api/v1/events/").json()["results"]

    assert row["guests"] == {"registered": 0, "confirmed": 0, "waiting": 0, "attended": 0}


def test_etag_follows_the_number_of_guests(api, partner):
    event = coming(host=partner)
    url = f"/api/v1/events/{event.pk}/"
    etag = api.get(url).headers["ETag"]
    assert api.get(url, headers={"If-None-Match": etag}).status_code == 304

    RegistrationFactory(event=event)

    assert api.get(url, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("own=true", ["ours"]),
        ("own=false", ["online", "other"]),
        ("format=workshop", ["ours"]),
        ("topic=taxes", ["online"]),
        ("place=online", ["online"]),
        ("place=on_site&own=false", ["other"]),
        ("host={host}", ["ours"]),
    ],
)
def test_events_are_filtered(api, partner, query, found):
    coming(1, title="ours", host=partner, format="workshop")
    coming(2, title="online", online=True).topics.add(Topic.objects.get(code="taxes"))
    coming(3, title="other")

    rows = api.get(f"/api/v1/events/?{query.format(host=partner.pk)}").json()["results"]

    assert [row["title"] for row in rows] == found


@pytest.mark.parametrize(
    "query", ["own=yes", "format=xyz", "topic=nope", "host=IHK", "place=1", "formt=talk", "own="]
)
def test_event_filters_that_mean_nothing_are_errors(api, query):
    answer = api.get(f"/api/v1/events/?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_events_are_paged_in_both_directions(api):
    for day in (1, 2, 3):
        coming(day, title=f"Tag {day}")

    first = api.get("/api/v1/events/?page_size=2").json()
    second = api.get(first["next"]).json()

    assert [row["title"] for row in second["results"]] == ["Tag 3"]
    assert api.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_events_take_the_same_few_queries(api, partner, rows, django_assert_num_queries):
    for _ in range(rows):
        event = coming(host=partner, venue=VenueFactory())
        event.topics.add(Topic.objects.get(code="taxes"))
        RegistrationFactory(event=event)
    api.get("/api/v1/events/")

    with django_assert_num_queries(4):  # the key, the page, topics, guests
        found = api.get("/api/v1/events/?page_size=100").json()["results"]

    assert [row["guests"]["confirmed"] for row in found] == [1] * rows


def walked(api, partner, sent) -> PartnerClient:
    """Asked, answered, accepted; the sender's client."""
    sender = PartnerFactory()
    Referral.objects.filter(pk=sent.pk).update(sender=sender)
    theirs = PartnerClient(secret_of(sender))
    api.step(sent, "ask", {"text": "Gibt es einen Plan?"})
    theirs.step(sent, "answer", {"text": "Ja."})
    api.step(sent, "decline", {"reason": "capacity", "text": "Im Februar wieder"})
    return theirs


def test_both_sides_read_steps_and_messages(api, partner, sent):
    theirs = walked(api, partner, sent)

    for client in (api, theirs):
        steps = client.get(f"{REFERRALS}{sent.pk}/steps/").json()["results"]
        assert [(row["action"], row["before"], row["after"], row["text"]) for row in steps] == [
            ("ask", "sent", "query", ""),
            ("answer", "query", "sent", ""),
            ("decline", "sent", "declined", "Im Februar wieder"),
        ]
        assert steps[0]["by"] == {"id": str(partner.pk), "name": partner.name}
        assert steps[0]["action_label"] == "Rückfrage gestellt"
        messages = client.get(f"{REFERRALS}{sent.pk}/messages/").json()["results"]
        assert [row["text"] for row in messages] == ["Gibt es einen Plan?", "Ja."]


def test_steps_before_the_sending_are_not_shown(api, partner):
    referral = ReferralFactory(recipient=partner, sent=True)
    by = actor()
    referral.steps.create(
        action="create",
        after="draft",
        version=1,
        at=timezone.now(),
        text="geheim",
        **by.as_history(),
    )

    assert api.get(f"{REFERRALS}{referral.pk}/steps/").json()["results"] == []


def test_texts_go_with_the_consent(api, partner, sent):
    theirs = walked(api, partner, sent)
    Referral.objects.filter(pk=sent.pk).update(status="sent", decline_reason="")

    withdraw_consent(consent=sent.consent, by=actor(), at=timezone.now())

    texts = {
        client: [
            row["text"]
            for end in ("steps", "messages")
            for row in client.get(f"{REFERRALS}{sent.pk}/{end}/").json()["results"]
        ]
        for client in (api, theirs)
    }
    assert set(texts[api]) == {""}
    assert "Gibt es einen Plan?" in texts[theirs]


def test_steps_of_the_system_have_nobody(api, sent):
    withdraw_consent(consent=sent.consent, by=actor(), at=timezone.now())

    [row] = api.get(f"{REFERRALS}{sent.pk}/steps/").json()["results"]

    assert (row["action"], row["by"]) == ("withdraw", None)


@pytest.mark.parametrize("end", ["steps", "messages"])
def test_conversations_are_paged_and_ones_own(api, partner, sent, end):
    theirs = walked(api, partner, sent)
    url = f"{REFERRALS}{sent.pk}/{end}/"

    first = api.get(f"{url}?page_size=1").json()
    second = api.get(first["next"]).json()

    assert first["results"][0]["at"] < second["results"][0]["at"]
    assert api.get(second["previous"]).json()["results"] == first["results"]
    assert api.get(f"{url}?page_size=0").status_code == 400
    stranger = PartnerClient(secret_of(PartnerFactory()))
    assert stranger.get(url).status_code == 404
    assert theirs.get(url).status_code == 200


@pytest.mark.parametrize(("end", "rows"), [("steps", 3), ("messages", 2)])
def test_conversations_take_a_bounded_number_of_queries(
    api, partner, sent, end, rows, django_assert_num_queries
):
    walked(api, partner, sent)

    with django_assert_num_queries(3):  # the key, the referral, the page
        assert len(api.get(f"{REFERRALS}{sent.pk}/{end}/").json()["results"]) == rows


def test_each_side_has_a_reference_of_its_own(api, partner, sent):
    sender = PartnerFactory()
    Referral.objects.filter(pk=sent.pk).update(sender=sender, sender_reference="F-17")
    api.step(sent, "accept", {"your_reference": "4711"})
    theirs = PartnerClient(secret_of(sender))

    references = [
        client.get(f"{REFERRALS}{sent.pk}/").json()["your_reference"] for client in (api, theirs)
    ]

    assert references == ["4711", "F-17"]
