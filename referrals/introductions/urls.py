from django.urls import path

from referrals.introductions.views import invitation, pages

BOTH = "kontaktvermittlungen/<str:reference>/"
ONE = "kontaktvermittlung/<str:token>/"
urlpatterns = [
    path("kontaktvermittlungen/", pages.introductions, name="introductions"),
    path("kontaktvermittlungen/neu/", pages.introduction_create, name="introduction_create"),
    path(BOTH, pages.introduction, name="introduction"),
    path(f"{BOTH}zurueckziehen/", pages.introduction_withdraw, name="introduction_withdraw"),
    path(f"{BOTH}ergebnis/<uuid:pk>/", pages.introduction_outcome, name="introduction_outcome"),
    path(ONE, invitation.invitation, name="introduction_invitation"),
    path(f"{ONE}zustimmen/", invitation.agree, name="introduction_agree"),
    path(f"{ONE}ablehnen/", invitation.decline, name="introduction_decline"),
    path(f"{ONE}ergebnis/", invitation.outcome, name="introduction_told"),
]
