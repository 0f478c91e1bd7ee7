"""Our settings, with nothing in the way of the bare views but what a package insists on."""

from dma_crm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.reference_urls"
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
