"""The numbers of a server, as Prometheus reads them."""

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families

from workbench import jobs

_SECONDS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)  # bounds of the histogram


class ServerNumbers:
    """How many came, were refused and are inside, how long a page takes to build, and the runs of every device."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Runs())
        self.refused = Counter("workbench_refused", "People for whom there was no room", registry=self._registry)
        self.building = Histogram(
            "workbench_page_seconds", "Seconds to build a page", registry=self._registry, buckets=_SECONDS
        )
        self._inside = Gauge("workbench_visitors", "People who are inside", registry=self._registry)

    def count_inside(self, count: Callable[[], int]) -> None:
        """Ask `count` for the number of people inside whenever somebody looks."""
        self._inside.set_function(count)

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Runs:
    """The runs and studies that are not over, by runner and by what they do, counted when somebody looks."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        found = GaugeMetricFamily("workbench_runs", "Runs and studies by what they do", labels=["runner", "status"])
        for name, statuses in jobs.statuses().items():
            for status in jobs.Status:
                found.add_metric([name, str(status)], statuses.count(status))
        yield found


def of_workers(texts: Sequence[str]) -> bytes:
    """The numbers of several processes as one text: each sample has the label `worker`."""
    registry = CollectorRegistry()
    registry.register(_Labelled(texts))
    return generate_latest(registry)


class _Labelled:
    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def collect(self) -> Iterable[Metric]:
        found = dict[str, Metric]()
        for worker, text in enumerate(self._texts):
            for family in text_string_to_metric_families(text):
                whole = found.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                whole.samples += [s._replace(labels=s.labels | {"worker": str(worker)}) for s in family.samples]
        return found.values()
