"""Below /api/v1/. English plural resources; each transition is a POST on the referral."""

from django.urls import path

from partner_api import docs, events, me
from partner_api.referrals import transitions
from partner_api.referrals import views as referrals
from partner_api.services import hsds
from partner_api.services import views as services
from partner_api.webhooks import views as webhooks

app_name = "partner_api"

referral = "referrals/<uuid:pk>/"
webhook = "webhooks/<uuid:pk>/"
delivery = f"{webhook}deliveries/<uuid:delivery>/"

urlpatterns = [
    path("schema/", docs.schema, name="schema"),
    path("docs/", docs.page, name="docs"),
    path("me/", me.Me.as_view(), name="me"),
    path("referrals/", referrals.ReferralList.as_view(), name="referrals"),
    path(referral, referrals.ReferralDetail.as_view(), name="referral"),
    path(f"{referral}steps/", referrals.StepList.as_view(), name="referral_steps"),
    path(f"{referral}messages/", referrals.MessageList.as_view(), name="referral_messages"),
    *[
        path(f"{referral}{view.verb}/", view.as_view(), name=view.verb)
        for view in transitions.TRANSITIONS
    ],
    path("services/", services.ServiceList.as_view(), name="services"),
    path("services/hsds/", hsds.HsdsServices.as_view(), name="services_hsds"),
    path("services/<uuid:pk>/", services.ServiceDetail.as_view(), name="service"),
    path("events/", events.EventList.as_view(), name="events"),
    path("events/<uuid:pk>/", events.EventDetail.as_view(), name="event"),
    path("webhooks/", webhooks.WebhookList.as_view(), name="webhooks"),
    path(webhook, webhooks.WebhookDetail.as_view(), name="webhook"),
    path(f"{webhook}rotate/", webhooks.WebhookRotate.as_view(), name="webhook_rotate"),
    path(f"{webhook}ping/", webhooks.WebhookPing.as_view(), name="webhook_ping"),
    path(f"{webhook}deliveries/", webhooks.DeliveryList.as_view(), name="webhook_deliveries"),
    path(delivery, webhooks.DeliveryDetail.as_view(), name="webhook_delivery"),
    path(f"{delivery}resend/", webhooks.DeliveryResend.as_view(), name="webhook_resend"),
]
