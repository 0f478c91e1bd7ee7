from django.urls import path

from dashboards.views import events, figures, stages

app_name = "dashboards"

urlpatterns = [
    path("kennzahlen/", figures.figures, name="figures"),
    path("kennzahlen/<slug:name>.csv", figures.figure_csv, name="figure_csv"),
    path("kennzahlen/veranstaltungen/", events.guests, name="guests"),
    path("kennzahlen/erstkontakte/", events.first_contacts, name="first_contacts"),
    path("phasen/", stages.stages, name="stages"),
]
