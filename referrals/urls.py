from django.urls import include, path

from referrals import words
from referrals.views import answer, creating, detail, lists, services

app_name = "referrals"
urlpatterns = [
    path("vermittlungen/", lists.referrals, name="referrals"),
    path("vermittlungen/neu/", creating.referral_create, name="referral_create"),
    path("vermittlungen/neu/vorschau/", creating.proposal, name="proposal"),
    path("vermittlungen/<str:reference>/", detail.referral, name="referral"),
    path("vermittlungen/<str:reference>/zustaendig/", detail.reassign, name="reassign"),
    *[
        path(
            f"vermittlungen/<str:reference>/{word}/",
            detail.act,
            {"verb": verb},
            name=words.url_name(verb),
        )
        for verb, word in words.PATHS.items()
    ],
    path("", include("referrals.introductions.urls")),
    path("antwort/<str:token>/", answer.answer, name="answer"),
    path("antwort/<str:token>/neuer-link/", answer.answer_renew, name="answer_renew"),
    path("antwort/<str:token>/<str:path>/", answer.answer_act, name="answer_act"),
    path("partner/<str:reference>/leistungen/", services.services, name="services"),
    path("partner/<str:reference>/leistungen/neu/", services.service_create, name="service_create"),
    path(
        "partner/<str:reference>/leistungen/<uuid:pk>/", services.service_edit, name="service_edit"
    ),
]
