"""Below /api/v1/. English plural resources; each transition is a POST on the referral."""

from django.urls import path

from partner_api import docs, transitions, views

app_name = "partner_api"

referral = "referrals/<uuid:pk>/"

urlpatterns = [
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.page, name="docs"),
    path("referrals/", views.ReferralList.as_view(), name="referrals"),
    path(referral, views.ReferralDetail.as_view(), name="referral"),
    *[
        path(f"{referral}{view.verb}/", view.as_view(), name=view.verb)
        for view in transitions.TRANSITIONS
    ],
]
