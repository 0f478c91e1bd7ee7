from django.urls import URLPattern, path

from outbox import views
from outbox.webhooks import views as webhooks

app_name = "outbox"
urlpatterns: list[URLPattern] = [
    path("verwaltung/postausgang/", views.mails, name="mails"),
    path("verwaltung/postausgang/<uuid:pk>/", views.mail, name="mail"),
    path("verwaltung/postausgang/<uuid:pk>/ansicht/", views.mail_preview, name="mail_preview"),
    path("verwaltung/postausgang/<uuid:pk>/erneut/", views.mail_retry, name="mail_retry"),
    path("verwaltung/postausgang/<uuid:pk>/abbrechen/", views.mail_cancel, name="mail_cancel"),
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
