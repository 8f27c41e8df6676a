"""What the whole file shows of its sources of prices and latencies. One function a rule."""

from planoai.config.located import Located
from planoai.config.rules.references import line, repeated
from planoai.config.schema import Config

_OF_LATENCY = frozenset({"prometheus", "internal"})
_WITHOUT_URL = frozenset({"file", "internal"})


def one_source_of_each(config: Config, at: Located) -> None:
    for source, first in repeated(config.model_metrics_sources, "type"):
        said = f"only one {source.type} metrics source can be there; the first is in {line(first, 'type', at)}"
        at.problem(source, "type", said)


def sources_that_have_it(config: Config, at: Located) -> None:
    for source in config.model_metrics_sources:
        has = "latency" if source.provider in _OF_LATENCY else "cost"
        if has != source.type:
            at.problem(source, "provider", f"`{source.provider}` has no {source.type} of models; its type is `{has}`")
        if source.url is not None and source.provider in _WITHOUT_URL:
            at.problem(source, "url", f"a source of provider `{source.provider}` has no address; leave it out")
