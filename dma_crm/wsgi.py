"""The web process."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dma_crm.settings")
os.environ["DMA_SERVING"] = "web"

application = get_wsgi_application()

from dma_crm.serving import refuse_unsafe_serving  # noqa: E402 - needs the loaded apps

refuse_unsafe_serving()

# What is loaded by now stays: looking through it again and again for garbage took a fifth of the
# time of a long list.
gc.collect()
gc.freeze()
