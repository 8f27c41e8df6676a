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
            limits = _limits(each.family, open_metrics=open_metrics)
            for labels, distribution in each.items():
                lines += _buckets(each.family.name, _pairs(names, labels), limits, distribution)
        else:
            for labels, value in each.items():
                lines.append(f"{each.family.name}{_braced(_pairs(names, labels))} {_number(value.value)}")
    if open_metrics:
        lines.append("# EOF")
    lines.append("")
    return "\n".join(lines).encode()


def _head(family: Family, *, open_metrics: bool) -> Iterator[str]:
    name, text = family.name, family.help.replace("\\", r"\\").replace("\n", r"\n")
    if open_metrics:  # a family of counters goes by what stands before the ending that each of its samples has
        name, text = name.removesuffix("_total"), text.replace('"', r"\"")
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {family.type}"


def _limits(family: Family, *, open_metrics: bool) -> list[str]:
    """The end of each bucket's labels: of histograms there are many more lines than of all else."""
    bounds = (*family.buckets, inf)
    told = (_number(each if open_metrics or not each.is_integer() else int(each)) for each in bounds)
    return [f'le="{limit}"}}' for limit in told]


def _buckets(name: str, pairs: str, limits: list[str], distribution: Distribution) -> Iterator[str]:
    begin, total = f"{name}_bucket{{{pairs}," if pairs else f"{name}_bucket{{", 0
    for limit, total in zip(limits, accumulate(distribution.counts), strict=True):
        yield f"{begin}{limit} {total}"
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
