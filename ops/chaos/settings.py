"""The product's settings, and this harness as one more app."""

from dma_crm.settings import *  # noqa: F403
from dma_crm.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "chaos"]
