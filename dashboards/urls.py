from django.urls import path

from dashboards.views import figures, stages

app_name = "dashboards"

urlpatterns = [
    path("kennzahlen/", figures.figures, name="figures"),
    path("kennzahlen/<slug:name>.csv", figures.figure_csv, name="figure_csv"),
    path("phasen/", stages.stages, name="stages"),
]
