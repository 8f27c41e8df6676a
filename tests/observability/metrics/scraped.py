"""The text of metrics, as those read it who scrape it."""

from collections.abc import Mapping

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open_metrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from planoai.observability.metrics import Metrics, Role, Sum

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(
    metrics: Metrics, running: Mapping[str, int] | None = None, processes: Mapping[Role, Sum] | None = None
) -> Samples:
    return samples(metrics.text(running or {}, processes or {}))


def samples(text: bytes) -> Samples:
    """Each by its name and labels. None is there twice."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def families(text: bytes, *, open_metrics: bool = False) -> list[Metric]:
    read = read_open_metrics if open_metrics else read_prometheus
    return list(read(text.decode()))


def value(found: Samples, name: str, **labels: str) -> float | None:
    """Of the one sample with just these labels."""
    return found.get((name, frozenset(labels.items())))


def total(found: Samples, name: str, **labels: str) -> float:
    """Of all samples that have these labels."""
    return sum(each for (its, pairs), each in found.items() if its == name and labels.items() <= dict(pairs).items())
