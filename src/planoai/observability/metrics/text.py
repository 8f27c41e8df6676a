"""Families and their samples -> text that is scraped: Prometheus' format, and OpenMetrics where it is asked for. Pure.

https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from math import inf, isinf, isnan

from planoai.names.metrics import Family
from planoai.observability.metrics.series import Distribution, Histogram, Series

PROMETHEUS = b"text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = b"application/openmetrics-text; version=1.0.0; charset=utf-8"


def written(series: Iterable[Series], *, open_metrics: bool = False) -> bytes:
    """In the order of `series`."""
    lines: list[str] = []
    for each in series:
        lines += _head(each.family, open_metrics=open_metrics)
        names = tuple(label.name for label in each.family.labels)
        if isinstance(each, Histogram):
            for labels, distribution in each.items():
                lines += _buckets(each.family, _pairs(names, labels), distribution, open_metrics=open_metrics)
        else:
            for labels, value in each.items():
                lines.append(f"{each.family.name}{_braced(_pairs(names, labels))} {_number(value.value)}")
    if open_metrics:
        lines.append("# EOF")
    return "".join([f"{line}\n" for line in lines]).encode()


def _head(family: Family, *, open_metrics: bool) -> Iterator[str]:
    name, text = family.name, family.help.replace("\\", r"\\").replace("\n", r"\n")
    if open_metrics:  # a family of counters goes by what stands before the ending that each of its samples has
        name, text = name.removesuffix("_total"), text.replace('"', r"\"")
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {family.type}"


def _buckets(family: Family, pairs: str, distribution: Distribution, *, open_metrics: bool) -> Iterator[str]:
    name, before = family.name, f"{pairs}," if pairs else ""
    total = 0
    for bound, total in zip((*distribution.bounds, inf), accumulate(distribution.counts), strict=True):
        limit = _number(bound if open_metrics or not bound.is_integer() else int(bound))
        yield f'{name}_bucket{{{before}le="{limit}"}} {total}'
    yield f"{name}_sum{_braced(pairs)} {_number(distribution.sum)}"
    yield f"{name}_count{_braced(pairs)} {total}"


def _pairs(names: tuple[str, ...], values: tuple[str, ...]) -> str:
    return ",".join([f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True)])


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _braced(pairs: str) -> str:
    return f"{{{pairs}}}" if pairs else ""


def _number(value: float) -> str:
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if isnan(value) else repr(value)


def asks_for_open_metrics(accepted: str) -> bool:
    """What a header `accept` prefers (RFC 9110, 12.5.1). Plain text where it has no preference."""
    plain = openly = 0.0
    for each in accepted.split(","):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        told = dict(part.partition("=")[::2] for part in parameters)
        if kind == "application/openmetrics-text" and told.get("version", "1.0.0").strip('"') in ("1.0.0", "0.0.1"):
            openly = max(openly, _weight(told))
        elif kind in ("text/plain", "text/*", "*/*"):
            plain = max(plain, _weight(told))
    return openly > 0 and openly >= plain


def _weight(parameters: Mapping[str, str]) -> float:
    try:
        return min(1.0, float(parameters.get("q", "1")))
    except ValueError:
        return 0.0
