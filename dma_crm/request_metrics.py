"""How many requests of which page were answered how, and how long that took.

Each process counts for itself. Processes behind one address count together, in files of a folder
that PROMETHEUS_MULTIPROC_DIR names: whichever of them is asked then answers for all, also for
those that have ended. See docs/operations.md.
"""

import os
from collections.abc import Iterable, Iterator

import prometheus_client
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from dma_crm.metrics import Gauge

SHARED = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_PLAIN_0_0_4
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}  # others are made up
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

if SHARED:
    os.makedirs(SHARED, exist_ok=True)
prometheus_client.disable_created_metrics()
duration = Histogram(
    "dma_http_request_duration_seconds",
    "Requests by method, route and class of status, and how long they took.",
    ["method", "route", "status"],
    buckets=BUCKETS,
    registry=None,
)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is a name of the URL tree, never a path: paths name records and hold keys."""
    method = method if method in METHODS else "other"
    duration.labels(method, route, f"{status // 100}xx").observe(seconds)


def exposition(gauges: Iterable[Gauge]) -> bytes:
    """All figures in the text format of Prometheus, 0.0.4."""
    registry = CollectorRegistry()
    if SHARED:
        MultiProcessCollector(registry)
    else:
        registry.register(duration)
    registry.register(Families(gauges))
    return generate_latest(registry)


class Families:
    """Gauges as the library wants them."""

    def __init__(self, gauges: Iterable[Gauge]):
        self.gauges = list(gauges)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for gauge in self.gauges:
            family = GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels)
            for labels, value in gauge.values.items():
                family.add_metric(labels, value)
            yield family
