from django.urls import URLPattern, path

from outbox import views

app_name = "outbox"
urlpatterns: list[URLPattern] = [
    path("verwaltung/postausgang/", views.mails, name="mails"),
    path("verwaltung/postausgang/<uuid:pk>/", views.mail, name="mail"),
    path("verwaltung/postausgang/<uuid:pk>/ansicht/", views.mail_preview, name="mail_preview"),
    path("verwaltung/postausgang/<uuid:pk>/erneut/", views.mail_retry, name="mail_retry"),
    path("verwaltung/postausgang/<uuid:pk>/abbrechen/", views.mail_cancel, name="mail_cancel"),
]
