from django.urls import path

from partner_api.portal import keys, webhooks

app_name = "portal"

WEBHOOKS = "schnittstelle/webhooks/"
WEBHOOK = WEBHOOKS + "<uuid:pk>/"
DELIVERY = WEBHOOKS + "zustellungen/<uuid:pk>/"

urlpatterns = [
    path("schnittstelle/", keys.keys, name="keys"),
    path("schnittstelle/schluessel/neu/", keys.key_create, name="key_create"),
    path("schnittstelle/schluessel/<uuid:pk>/widerrufen/", keys.key_revoke, name="key_revoke"),
    path(WEBHOOKS, webhooks.webhooks, name="webhooks"),
    path(WEBHOOKS + "neu/", webhooks.webhook_create, name="webhook_create"),
    path(WEBHOOK, webhooks.webhook, name="webhook"),
    path(WEBHOOK + "bearbeiten/", webhooks.webhook_edit, name="webhook_edit"),
    path(WEBHOOK + "geheimnis/", webhooks.webhook_rotate, name="webhook_rotate"),
    path(WEBHOOK + "probe/", webhooks.webhook_ping, name="webhook_ping"),
    path(WEBHOOK + "einschalten/", webhooks.webhook_enable, name="webhook_enable"),
    path(WEBHOOK + "ausschalten/", webhooks.webhook_disable, name="webhook_disable"),
    path(WEBHOOK + "loeschen/", webhooks.webhook_delete, name="webhook_delete"),
    path(DELIVERY, webhooks.delivery, name="delivery"),
    path(DELIVERY + "erneut/", webhooks.delivery_resend, name="delivery_resend"),
]
