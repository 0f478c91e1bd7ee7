"""Migrate, and load the demo data when nobody and nothing is in the database yet."""

import os
import sys

import django
from django.core.management import call_command


def main():
    sys.path[0] = os.getcwd()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dma_crm.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    if is_empty():
        call_command("seed_demo")


def is_empty():
    from django.apps import apps  # noqa: PLC0415 - models exist only after setup

    models = apps.get_model("accounts.User"), apps.get_model("contacts.Person")
    return not any(model.objects.exists() for model in models)


if __name__ == "__main__":
    main()
