"""In each process of a run: two kinds of mail, shorter times, what a negative control breaks."""

import os

from django.apps import AppConfig


class ChaosConfig(AppConfig):
    name = "chaos"

    def ready(self):
        from chaos import controls, mails, times  # noqa: PLC0415 - models load before

        mails.register()
        times.shorten(float(os.environ.get("CHAOS_SCALE", "1")))
        controls.apply(os.environ.get("CHAOS_CONTROL", ""))
