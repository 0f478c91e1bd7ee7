"""Our settings, with nothing in the way of the bare views but what a package insists on."""

from dma_crm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.reference_urls"
# Without the context processors of our pages, and with the template of the bare form.
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "bench" / "templates"],  # noqa: F405
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
