from django.urls import URLPattern, path

from outbox.views import freezes, mails, suppressions, unsubscribing
from outbox.webhooks import views as webhooks

app_name = "outbox"
urlpatterns: list[URLPattern] = [
    path("abbestellen/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("verwaltung/postausgang/", mails.mails, name="mails"),
    path("verwaltung/postausgang/<uuid:pk>/", mails.mail, name="mail"),
    path("verwaltung/postausgang/<uuid:pk>/ansicht/", mails.mail_preview, name="mail_preview"),
    path("verwaltung/postausgang/<uuid:pk>/erneut/", mails.mail_retry, name="mail_retry"),
    path("verwaltung/postausgang/<uuid:pk>/abbrechen/", mails.mail_cancel, name="mail_cancel"),
    path("verwaltung/zustellung/", freezes.delivery, name="delivery"),
    path("verwaltung/zustellung/<uuid:pk>/freigeben/", freezes.release, name="release"),
    path("verwaltung/sperrliste/", suppressions.suppressions, name="suppressions"),
    path("verwaltung/sperrliste/neu/", suppressions.suppression_create, name="suppression_create"),
    path(
        "verwaltung/sperrliste/<uuid:pk>/aufheben/",
        suppressions.suppression_lift,
        name="suppression_lift",
    ),
    path("verwaltung/webhooks/", webhooks.webhooks, name="webhooks"),
    path("verwaltung/webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path(
        "verwaltung/webhooks/<uuid:pk>/einschalten/",
        webhooks.webhook_enable,
        name="webhook_enable",
    ),
    path(
        "verwaltung/webhooks/<uuid:pk>/ausschalten/",
        webhooks.webhook_disable,
        name="webhook_disable",
    ),
    path("verwaltung/webhooks/<uuid:pk>/testen/", webhooks.webhook_ping, name="webhook_ping"),
    path(
        "verwaltung/webhooks/zustellungen/<uuid:pk>/",
        webhooks.webhook_delivery,
        name="webhook_delivery",
    ),
    path(
        "verwaltung/webhooks/zustellungen/<uuid:pk>/erneut/",
        webhooks.webhook_resend,
        name="webhook_resend",
    ),
]
