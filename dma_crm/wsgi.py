"""The web process."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dma_crm.settings")
os.environ["DMA_SERVING"] = "web"

application = get_wsgi_application()

from dma_crm.serving import refuse_unsafe_serving  # noqa: E402 - needs the loaded apps

refuse_unsafe_serving()

# What is loaded by now stays: without this, the garbage collector looks through all of it again and
# again, while long lists are made. And a list makes more than the 700 objects after which it looks.
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
