"""Root of the URL tree; paths are German, names English."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path

from dma_crm import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
    path("login/", account.login, name="account_login"),
    path("api/v1/", include("partner_api.urls")),  # before the many patterns of the pages
    path("", include("accounts.urls")),
    path("", include("contacts.urls")),
    path("", include("referrals.urls")),
    path("", include("consultations.urls")),
    path("", include("events.urls")),
    path("", include("outbox.urls")),
    path("", include("dashboards.urls")),
    path("", include("partner_api.portal.urls")),
    path("django-admin/", admin.site.urls),
]

handler400 = "dma_crm.errors.bad_request"
handler403 = "dma_crm.errors.permission_denied"
handler404 = "dma_crm.errors.not_found"
handler429 = "dma_crm.errors.too_many_requests"
handler500 = "dma_crm.errors.server_error"
