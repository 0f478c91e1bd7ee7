"""Founders answer by their link: what they see, what is kept, and who else may read it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contacts.models import FollowUp
from referrals.feedback.answering import answer_feedback
from referrals.models import FounderFeedback, ImpactSurvey, MutedNotice
from tests.factories import (
    FounderFeedbackFactory,
    ImpactSurveyFactory,
    NeedFactory,
    PartnerFactory,
    PersonFactory,
    ReferralFactory,
    StartupFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
SECRET = "Frau Tok3nmann war z1ckig"


@pytest.fixture
def soon():
    return timezone.now() + timedelta(days=30)


@pytest.fixture
def owner():
    return UserFactory(name="Jana Fuchs")


@pytest.fixture
def feedback(soon, owner):
    need = NeedFactory(owner=owner)
    partner = PartnerFactory(name="IHK Lüneburg-Wolfsburg", short_name="IHK")
    referral = ReferralFactory(need=need, recipient=partner, completed=True)
    return FounderFeedbackFactory(referral=referral, expires_at=soon)


@pytest.fixture
def survey(soon):
    return ImpactSurveyFactory(expires_at=soon)


def url(row, page=""):
    kind = "rueckmeldung" if isinstance(row, FounderFeedback) else "wirkung"
    return f"/{kind}/{row.token}/{page}"


def stored(row):
    row.refresh_from_db()
    return row


def everything():
    models = (FounderFeedback, ImpactSurvey, MutedNotice, FollowUp)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_opening_changes_nothing_and_nothing_is_chosen(client, feedback, survey):
    before = everything()

    for row in (feedback, survey):
        for page in ("", "danke/", "keine-fragen/"):
            for method in (client.get, client.head):
                assert method(url(row, page)).status_code in {200, 302}
        assert "checked" not in client.get(url(row)).content.decode()

    assert everything() == before


def test_the_pages_are_secret(client, feedback):
    for page in ("", "danke/", "keine-fragen/"):
        headers = client.get(url(feedback, page)).headers
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "no-store, private"


def test_two_answers_and_a_comment(client, feedback):
    given = {"contacted": "yes", "helped": "no", "comment": "Es war\r\ngut."}

    response = client.post(url(feedback), given, follow=True)

    assert response.redirect_chain == [(url(feedback, "danke/"), 302)]
    row = stored(feedback)
    assert (row.contacted, row.helped) == (True, False)
    assert row.comment.split() == ["Es", "war", "gut."]
    assert row.expires_at - row.answered_at == timedelta(days=14)
    assert not FollowUp.objects.exists()
    page = client.get(url(feedback)).content.decode()
    assert page.count("checked") == 2
    assert "gut." in page


def test_it_can_be_changed_for_two_weeks_and_not_longer(client, feedback):
    client.post(url(feedback), {"contacted": "yes", "helped": "no"})
    first = stored(feedback).answered_at
    client.post(url(feedback), {"contacted": "yes", "helped": "yes", "comment": "Doch."})

    row = stored(feedback)
    assert (row.helped, row.comment, row.answered_at) == (True, "Doch.", first)
    assert row.expires_at == first + timedelta(days=14)

    FounderFeedback.objects.update(expires_at=timezone.now())
    response = client.post(url(feedback), {"contacted": "no"})
    assert response.status_code == 410
    assert "lässt sie sich nicht mehr ändern" in response.content.decode()
    assert stored(feedback).contacted is True
    assert "Antwort ändern" not in client.get(url(feedback, "danke/")).content.decode()


def test_nobody_got_in_touch_becomes_the_owners_task(client, feedback, owner):
    for _submit in range(3):
        response = client.post(
            url(feedback), {"contacted": "no", "helped": "yes", "comment": "Nichts gehört."}
        )
    assert response.status_code == 302

    assert stored(feedback).helped is None  # who was not contacted was not helped either
    task = FollowUp.objects.get()
    today = timezone.localdate()
    assert (task.assignee, task.person) == (owner, feedback.referral.need.person)
    assert task.referral_id == feedback.referral_id
    assert task.subject == f"IHK hat sich nicht gemeldet ({feedback.referral.reference})"
    assert today < task.due_on <= today + timedelta(days=10)
    assert task.due_on.weekday() < 5
    page = client.get(url(feedback, "danke/")).content.decode()
    assert "Wir kümmern uns darum" in page


def test_the_task_follows_a_change_of_mind(client, feedback):
    def answers(contacted):
        client.post(url(feedback), {"contacted": contacted, "helped": "yes"})
        return FollowUp.objects.get().state

    assert [answers(one) for one in ("no", "yes", "yes", "no", "no")] == [
        "open", "done", "done", "open", "open",
    ]  # fmt: skip


def test_a_task_done_is_not_opened_by_the_same_answer(client, feedback):
    client.post(url(feedback), {"contacted": "no"})
    FollowUp.objects.update(state="done")

    client.post(url(feedback), {"contacted": "no", "comment": "Immer noch nichts."})

    assert FollowUp.objects.get().state == "done"


def test_without_an_owner_a_manager_gets_the_task_and_without_any_nobody(client, soon):
    lost = [FounderFeedbackFactory(expires_at=soon) for _number in range(2)]
    assert client.post(url(lost[0]), {"contacted": "no"}).status_code == 302
    assert not FollowUp.objects.exists()
    UserFactory(role="partner", organisation=PartnerFactory())
    manager = UserFactory(role="manager")

    client.post(url(lost[1]), {"contacted": "no"})

    assert FollowUp.objects.get().assignee == manager


def test_an_owner_who_left_passes_it_on_to_the_persons_own(client, feedback, owner):
    owner.is_active = False
    owner.save()
    other = UserFactory()
    person = feedback.referral.need.person
    person.owner = other
    person.save()

    client.post(url(feedback), {"contacted": "no"})

    assert FollowUp.objects.get().assignee == other


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"contacted": ""},
        {"contacted": "maybe"},
        {"contacted": "yes"},
        {"contacted": "yes", "helped": "2"},
        {"contacted": "yes", "helped": "yes", "comment": "x" * 2001},
    ],
)
def test_bad_input_gets_the_form_back(client, feedback, given):
    before = everything()

    response = client.post(url(feedback), given)

    assert response.status_code == 422
    assert "Fehler:" in response.content.decode()
    assert everything() == before


def test_a_nul_is_no_text(client, feedback):
    given = {"contacted": "yes", "helped": "yes", "comment": "a\x00b"}

    assert client.post(url(feedback), given).status_code == 400
    assert stored(feedback).answered_at is None


def test_lone_surrogates_and_markup_are_text(client, feedback):
    body = b"contacted=yes&helped=yes&comment=%ED%A0%80%3Cscript%3Ealert(1)%3C/script%3E"

    response = client.post(
        url(feedback), body, content_type="application/x-www-form-urlencoded", follow=True
    )

    assert response.status_code == 200
    assert "<script>alert" not in client.get(url(feedback)).content.decode()
    assert "<script>alert(1)" in stored(feedback).comment


@pytest.mark.parametrize("page", ["", "danke/", "keine-fragen/"])
@pytest.mark.parametrize("kind", ["rueckmeldung", "wirkung"])
@pytest.mark.parametrize("token", ["x", "a" * 500, "ä", "Zm9vYmFy"])
def test_an_unknown_token_says_so_and_nothing_else(client, kind, page, token):
    for method in (client.get, client.post):
        response = method(f"/{kind}/{token}/{page}")
        wanted = 405 if method == client.post and page == "danke/" else 404
        assert response.status_code == wanted
        assert "Dieser Link" in response.content.decode() or wanted == 405


def test_a_token_of_the_one_does_not_open_the_other(client, feedback, survey):
    assert client.get(f"/wirkung/{feedback.token}/").status_code == 404
    assert client.get(f"/rueckmeldung/{survey.token}/").status_code == 404
    assert client.get(f"/antwort/{feedback.token}/").status_code == 404


def test_an_expired_link_and_a_restricted_person_open_nothing(client, feedback, survey):
    FounderFeedback.objects.update(expires_at=timezone.now())
    survey.person.state = "restricted"
    survey.person.save()

    for row in (feedback, survey):
        given = {"contacted": "no", "founded": "yes", "running": "yes"}
        assert client.get(url(row)).status_code == 410
        assert client.post(url(row), given).status_code == 410
        assert stored(row).answered_at is None


def test_forged_answers_are_refused_but_one_click_stops_need_no_session(feedback, survey):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(url(feedback), {"contacted": "no"}).status_code == 403
    for row in (feedback, survey, feedback):
        response = strict.post(url(row, "keine-fragen/"), {"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert "schicken wir Ihnen nicht mehr" in response.content.decode()

    muted = MutedNotice.objects.values_list("kind", "person", "channel")
    people = (feedback.referral.need.person_id, survey.person_id)
    assert set(muted) == {
        (kind, person, "mail_link") for kind in ("feedback", "impact") for person in people
    }
    assert len(muted) == 4


def test_stopping_works_with_an_old_link(client, feedback):
    FounderFeedback.objects.update(expires_at=timezone.now())

    assert client.post(url(feedback, "keine-fragen/")).status_code == 200
    assert MutedNotice.objects.count() == 2


# --- impact ---


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"founded": "no", "running": "yes", "jobs": "7"}, (False, None, None)),
        ({"founded": "no", "jobs": "many"}, (False, None, None)),
        ({"founded": "yes", "running": "no", "jobs": "7"}, (True, False, None)),
        ({"founded": "yes", "running": "yes"}, (True, True, None)),
        ({"founded": "yes", "running": "yes", "jobs": " 12 "}, (True, True, 12)),
    ],
)
def test_what_is_kept_of_the_impact(client, survey, given, kept):
    response = client.post(url(survey), given, follow=True)

    assert response.redirect_chain == [(url(survey, "danke/"), 302)]
    row = stored(survey)
    assert (row.founded, row.running, row.jobs) == kept
    assert client.get(url(survey)).status_code == 200


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"founded": "yes"},
        {"founded": "yes", "running": "yes", "jobs": "0"},
        {"founded": "yes", "running": "yes", "jobs": "-1"},
        {"founded": "yes", "running": "yes", "jobs": "1.5"},
        {"founded": "yes", "running": "yes", "jobs": "9" * 5000},
        {"founded": "yes", "running": "yes", "jobs": "100000"},
        {"founded": "yes", "running": "yes", "jobs": "NaN"},
    ],
)
def test_bad_impact_input_gets_the_form_back(client, survey, given):
    response = client.post(url(survey), given)

    assert response.status_code == 422
    assert stored(survey).answered_at is None


@pytest.mark.parametrize("how", ["startup", "answer"])
def test_what_we_know_is_not_asked_again(client, soon, how):
    startup = StartupFactory(founded_on=timezone.localdate()) if how == "startup" else None
    survey = ImpactSurveyFactory(months=12, startup=startup, expires_at=soon)
    if how == "answer":
        ImpactSurveyFactory(person=survey.person, answered=True)
    ImpactSurveyFactory(answered=True)  # somebody else

    assert 'name="founded"' not in client.get(url(survey)).content.decode()
    assert client.post(url(survey), {}).status_code == 422
    client.post(url(survey), {"running": "yes", "jobs": "3", "founded": "no"})

    row = stored(survey)
    assert (row.founded, row.running, row.jobs) == (True, True, 3)


def test_a_founding_planned_for_later_is_asked_about(client, soon):
    startup = StartupFactory(founded_on=timezone.localdate() + timedelta(days=2))
    survey = ImpactSurveyFactory(startup=startup, expires_at=soon)

    assert 'name="founded"' in client.get(url(survey)).content.decode()


# --- who reads it ---


@pytest.fixture
def answered(feedback):
    return answer_feedback(
        feedback=feedback, contacted=False, helped=None, comment=SECRET, at=timezone.now()
    )


def page_for(role, path, **more):
    client = Client()
    client.force_login(UserFactory(role=role, **more))
    return client.get(path)


@pytest.mark.parametrize("role", ["advisor", "manager", "admin"])
def test_the_agency_reads_it_on_the_referral_and_the_case(answered, role):
    referral = answered.referral
    for path in (referral.get_absolute_url(), referral.need.person.get_absolute_url()):
        page = page_for(role, path).content.decode()
        assert SECRET in page
        assert "iemand hat sich gemeldet" in page


def test_the_partner_never_reads_it(answered):
    recipient = answered.referral.recipient
    pages = [
        answered.referral.get_absolute_url(),
        recipient.get_absolute_url(),
        "/vermittlungen/?tab=erhalten",
        "/vermittlungen/?tab=erhalten&feedback=helped",
        "/kennzahlen/",
    ]

    for path in pages:
        response = page_for("partner", path, organisation=recipient)
        assert response.status_code == 200
        text = response.content.decode()
        assert SECRET not in text
        assert "iemand hat sich gemeldet" not in text
        assert "hat sich nicht gemeldet" not in text


def test_a_partner_cannot_narrow_its_list_by_what_founders_say(answered):
    recipient = answered.referral.recipient

    for group in ("helped", "asked"):
        path = f"/vermittlungen/?tab=erhalten&feedback={group}"
        page = page_for("partner", path, organisation=recipient)
        assert answered.referral.reference in page.content.decode()


def test_nobody_reads_what_a_restricted_person_said(answered):
    person = answered.referral.need.person
    person.state = "restricted"
    person.save()

    page = page_for("advisor", answered.referral.get_absolute_url())

    assert SECRET not in page.content.decode()


def test_the_owner_finds_the_task_on_heute(answered, owner):
    FollowUp.objects.update(due_on=timezone.localdate())
    client = Client()
    client.force_login(owner)

    assert "IHK hat sich nicht gemeldet" in client.get("/").content.decode()


def test_the_timeline_tells_impact(client):
    survey = ImpactSurveyFactory(answered=True, comment="Läuft.", jobs=3)
    ImpactSurveyFactory(person=survey.person, months=12, answered=True, running=False, jobs=None)
    ImpactSurveyFactory(person=survey.person, months=36)
    ImpactSurveyFactory(answered=True, comment=SECRET)

    page = page_for("advisor", survey.person.get_absolute_url()).content.decode()

    assert "Nach 6 Monaten: gegründet, besteht, 3 Menschen arbeiten dort" in page
    assert "Nach 12 Monaten: gegründet, besteht nicht mehr" in page
    assert "Nach 36 Monaten" not in page
    assert SECRET not in page


def test_the_case_costs_the_same_however_many_have_answered():
    person = PersonFactory()
    client = Client()
    client.force_login(UserFactory())

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(person.get_absolute_url()).status_code == 200
        return len(queries)

    def answer():
        FounderFeedbackFactory(
            referral=ReferralFactory(need=NeedFactory(person=person), completed=True),
            answered=True,
        )

    answer()
    cost()
    one = cost()
    for _number in range(3):
        answer()

    assert cost() == one


@pytest.mark.parametrize(("count", "shown"), [(4, "&lt; 5"), (5, "5")])
def test_the_partner_page_shows_numbers_and_hides_small_ones(count, shown):
    partner = PartnerFactory()
    for _number in range(count):
        FounderFeedbackFactory(
            referral=ReferralFactory(recipient=partner, completed=True), answered=True, helped=False
        )
    FounderFeedbackFactory(answered=True)  # of another partner

    for role, more in [("advisor", {}), ("partner", {"organisation": partner})]:
        page = page_for(role, partner.get_absolute_url(), **more).content.decode()
        panel = page[page.index('id="rueckmeldungen"') :]
        said = [part.split("</dd>")[0] for part in panel.split("<dd>")[1:5]]
        assert said == [shown, shown, shown, "&lt; 5" if count < 5 else "0"]


def test_a_partner_nobody_was_asked_about_has_no_such_box():
    partner = PartnerFactory()

    assert "rueckmeldungen" not in page_for("advisor", partner.get_absolute_url()).content.decode()
