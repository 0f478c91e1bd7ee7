import gzip
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Stage, Topic
from partner_api import conditions
from tests.factories import ConsentFactory, PartnerFactory, ReferralFactory
from tests.partner_api.conftest import PartnerClient, secret_of

pytestmark = pytest.mark.django_db
LIST = "/api/v1/referrals/"
HIDDEN_BEFORE_ACCEPTANCE = ("Müller", "Zoë", "zoe@gruenden.example", "+491713920001")


def test_list_shows_what_was_sent_to_us_and_nothing_else(api, partner, sent):
    ReferralFactory(recipient=partner)  # could leak: ours, but still a draft
    ReferralFactory(sent=True)  # could leak: another partner's

    answer = api.get(LIST)

    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == [str(sent.pk)]


def test_nothing_that_names_the_founder_is_told_before_acceptance(api, sent):
    for url in (LIST, f"{LIST}{sent.pk}/"):
        text = api.get(url).content.decode()

        assert sent.need.question in text
        assert [word for word in HIDDEN_BEFORE_ACCEPTANCE if word in text] == []


def test_detail_has_the_agreed_shape(api, partner, sent):
    sent.need.topics.set(Topic.objects.filter(code="funding"))
    sent.need.stage = Stage.objects.get(code="conception")
    sent.need.save()

    shown = api.get(f"{LIST}{sent.pk}/").json()

    assert shown == {
        "id": str(sent.pk),
        "reference": sent.reference,
        "status": "sent",
        "status_label": "Gesendet",
        "status_since": shown["status_since"],
        "direction": "received",
        "need": {"id": str(sent.need_id), "reference": sent.need.reference},
        "sender": {"id": str(sent.sender_id), "name": "Digitale Mutterboden Agentur"},
        "recipient": {"id": str(partner.pk), "name": partner.name},
        "service": None,
        "topics": ["funding"],
        "topics_label": ["Förderung und Zuschüsse"],
        "stage": "conception",
        "stage_label": "Konzeption",
        "postcode": "",
        "question": "Welche Förderung passt?",
        "reason": "",
        "founder": None,
        "respond_by": sent.respond_by.isoformat(),
        "responsible": "",
        "your_reference": "",
        "decline_reason": None,
        "decline_reason_label": None,
        "forward_to": None,
        "first_contact_on": None,
        "resume_on": None,
        "outcome": None,
        "outcome_label": None,
        "withdrawn_reason": None,
        "withdrawn_reason_label": None,
        "allowed_actions": ["accept", "ask", "decline", "forward"],
        "version": 1,
        "created_at": shown["created_at"],
        "modified_at": shown["modified_at"],
    }


def test_the_newest_consent_says_what_is_shared(api, sent):
    """And the contacts come in the order that the person chose."""
    person = sent.need.person
    person.emails.create(address="first@gruenden.example", position=0)
    person.emails.filter(address__startswith="zoe").update(position=1)
    api.step(sent, "accept")
    for url in (LIST, f"{LIST}{sent.pk}/"):
        assert shown_at(api, url)["emails"] == ["first@gruenden.example", "zoe@gruenden.example"]

    given = {"person": person, "recipient": sent.recipient}
    moments = [sent.consent.given_at + timedelta(microseconds=wait) for wait in (300_000, 1)]
    ConsentFactory(**given, shared_fields=["phone"], given_at=moments[0])
    ConsentFactory(**given, shared_fields=["email"], given_at=moments[1])

    for url in (LIST, f"{LIST}{sent.pk}/"):
        founder = shown_at(api, url)
        assert founder["phones"] == ["+491713920001"]
        assert (founder["display_name"], founder["emails"]) == ("", [])


def shown_at(api, url) -> dict:
    answer = api.get(url).json()
    return (answer["results"][0] if "results" in answer else answer)["founder"]


def test_labels_follow_the_language_asked_for(api, sent):
    english = api.get(f"{LIST}{sent.pk}/", headers={"Accept-Language": "en"})

    assert english.json()["status_label"] == "Sent"
    assert english.headers["Content-Language"] == "en"


def test_etag_answers_304_until_something_changes(api, sent):
    url = f"{LIST}{sent.pk}/"
    etag = api.get(url).headers["ETag"]

    assert api.get(url, headers={"If-None-Match": etag}).status_code == 304

    api.step(sent, "accept")
    assert api.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_what_was_read_in_one_language_may_be_answered_in_another(api, sent):
    etags = [api.get(f"{LIST}{sent.pk}/?lang={each}").headers["ETag"] for each in ("de", "en")]
    assert etags[0] != etags[1]

    assert api.step(sent, "ask", {"text": "?"}, If_Match=etags[1]).status_code == 200
    for etag in etags:
        assert api.step(sent, "accept", If_Match=etag).status_code == 412


def test_what_time_alone_takes_away_is_another_answer_but_no_change(api, sent):
    """Half an hour after an acceptance `undo` is over: who read it before may still go on."""
    shown = api.step(sent, "accept").json()
    later = {
        **shown,
        "allowed_actions": [verb for verb in shown["allowed_actions"] if verb != "undo"],
    }

    assert later != shown
    assert conditions.etag_of(later) != conditions.etag_of(shown)
    assert (
        conditions.etag_of(later).partition(".")[0] == conditions.etag_of(shown).partition(".")[0]
    )


def test_long_lists_are_short_on_the_wire(api, partner):
    """Names of members are most of a row: 600 bytes are kept compressed, as every client asks."""
    ReferralFactory.create_batch(40, recipient=partner, accepted=True)

    answer = api.get(LIST, headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) / 40 <= 600
    assert gzip.decompress(answer.content) == api.get(LIST).content
    assert {"Accept-Encoding", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))


def test_etag_of_a_compressed_answer_holds(api, sent):
    url = f"{LIST}{sent.pk}/"
    etag = api.get(url, headers={"Accept-Encoding": "gzip"}).headers["ETag"]

    assert api.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert api.step(sent, "accept", If_Match=etag).status_code == 200


def test_foreign_and_missing_referrals_answer_alike(api):
    foreign = ReferralFactory(sent=True)

    answers = [
        api.get(f"{LIST}{pk}/") for pk in (foreign.pk, "0190a0a0-0000-7000-8000-000000000000")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_errors_are_worded_anew_for_each_language(api):
    wrong = f"{LIST}?page_size=500"
    german, english, again = (api.get(f"{wrong}&lang={lang}").json() for lang in ("de", "en", "de"))

    assert german["errors"] != english["errors"]
    assert again["errors"] == german["errors"]


@pytest.mark.parametrize("secret", ["", "nonsense", "dma_aaaaaaaa_" + "x" * 43])
def test_without_a_usable_key_401_says_how(client, db, secret):
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    answer = client.get(LIST, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_key_without_scope_is_403(partner):
    reader = PartnerClient(secret_of(partner, scopes=["services:write"]))

    assert reader.get(LIST).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "page_size=-1", "page_size=0", "page_size=101", "page_size=x", "colour=red",
        "status=lost", "topic=none", "modified_after=29.02.2027", "direction=up",
        "modified_after=2026-11-23", "modified_after=2026-11-23T12:00:00",
        "modified_after=9999-12-31T23:59:59-14:00", "modified_after=0001-01-01T00:00:00%2B14:00",
        "ordering=id", "cursor=!!", "cursor=WyJuIiwieCIsInkiXQ", "page_size=" + "9" * 5000,
    ],
)  # fmt: skip
def test_wrong_parameters_are_400_and_named(api, sent, query):
    answer = api.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_filters(api, partner, sent):
    declined = ReferralFactory(recipient=partner, declined=True)
    declined.need.topics.set(Topic.objects.filter(code="taxes"))
    mine = ReferralFactory(sender=partner, recipient=PartnerFactory(), sent=True)

    def ids(query):
        return {row["id"] for row in api.get(f"{LIST}?{query}").json()["results"]}

    assert ids("status=declined") == {str(declined.pk)}
    assert ids("status=declined&status=sent") == {str(declined.pk), str(sent.pk)}
    assert ids("topic=taxes") == {str(declined.pk)}
    assert ids("direction=sent") == {str(mine.pk)}
    assert ids("modified_after=2199-01-01T00:00:00Z") == set()


@pytest.mark.parametrize("ordering", ["-modified_at", "modified_at", "-created_at"])
def test_several_states_are_one_list_in_order(api, partner, ordering):
    rows = [
        ReferralFactory(recipient=partner, **{state: True})
        for state in ("sent", "declined", "accepted", "sent", "declined")
    ]
    wanted = sorted((row for row in rows if row.status != "accepted"), key=lambda row: row.pk)
    expected = [str(row.pk) for row in wanted]
    asked = f"{LIST}?status=sent&status=declined&status=sent&page_size=3&ordering={ordering}"

    first = api.get(asked).json()
    second = api.get(first["next"]).json()
    back = api.get(second["previous"]).json()

    shown = [row["id"] for page in (first, second) for row in page["results"]]
    assert shown == (expected if ordering == "modified_at" else expected[::-1])
    assert back["results"] == first["results"]
    assert second["next"] is None


def test_pages_walk_forward_and_back(api, partner):
    rows = ReferralFactory.create_batch(5, recipient=partner, sent=True)
    expected = [str(row.pk) for row in sorted(rows, key=lambda r: r.pk, reverse=True)]

    first = api.get(f"{LIST}?page_size=2").json()
    second = api.get(first["next"]).json()
    third = api.get(second["next"]).json()
    back = api.get(third["previous"]).json()

    shown = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert shown == expected
    assert third["next"] is None
    assert [row["id"] for row in back["results"]] == expected[2:4]
    assert first["previous"] is None


def test_watermark_lags_behind_now(api, sent):
    watermark = api.get(LIST).json()["watermark"]

    assert timezone.datetime.fromisoformat(watermark) <= timezone.now() - timedelta(seconds=60)


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_list_takes_the_same_queries_for_any_number_of_rows(
    api, partner, rows, django_assert_num_queries
):
    for state in ("sent", "accepted", "declined")[: min(rows, 3)]:
        ReferralFactory.create_batch(rows, recipient=partner, **{state: True})
    ReferralFactory(recipient=partner, accepted=True)
    api.get(LIST)

    with django_assert_num_queries(3):  # the key, the page, all that hangs on it
        results = api.get(f"{LIST}?page_size=100").json()["results"]

    assert len(results) == rows * min(rows, 3) + 1 if rows < 34 else len(results) == 100
