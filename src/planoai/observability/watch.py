"""What of a config is told to the recorder: how to look at requests, and where to say what was seen. No credential of a provider is in it. Pure."""

from collections.abc import Mapping

from msgspec import Struct

from planoai.config.schema import Config, ModelProvider, Routing
from planoai.errors import ConfigError
from planoai.net.proxy import Proxies

METRICS_VARIABLE = "METRICS_BIND_ADDRESS"
METRICS_PORT = 9092

_MOST_PORT = 65535


class Watch(Struct, frozen=True, kw_only=True, tag="watch"):
    """`config`: as much of it as is looked at; it holds the credentials of exporters. `home`: PLANO_HOME.

    As a message the socket that metrics are read from comes with it, where there is one.
    """

    config: Config
    home: str
    proxies: Proxies = Proxies()

    def __repr__(self) -> str:
        return f"Watch(home={self.home!r})"


def watch_of(config: Config, home: str, proxies: Proxies) -> Watch:
    return Watch(config=_watched(config), home=home, proxies=proxies)


def metrics_place(config: Config, environ: Mapping[str, str], *, made: bool = False) -> tuple[tuple[str, int], bool]:
    """Host and port that metrics are read from, and whether somebody has asked for just that. `made`: nobody has written the config.

    Raises ConfigError for an address in the environment that is none. Port 0 there takes a free one.
    """
    if config.observability.metrics_bind is not None:
        return _place(config.observability.metrics_bind), True
    told = environ.get(METRICS_VARIABLE, "").strip()
    if not told:
        return ("127.0.0.1" if made else "0.0.0.0", METRICS_PORT), False  # noqa: S104 - as it has always been
    host, port = _place(told)
    if not host or not 0 <= port <= _MOST_PORT:
        said = "must be an address and a port, such as `127.0.0.1:9092`"
        raise ConfigError([f"observability.metrics_bind: ${METRICS_VARIABLE} {said}"])
    return (host, port), True


def _place(written: str) -> tuple[str, int]:
    host, _, port = written.rpartition(":")
    return host.strip("[]"), int(port) if port.isascii() and port.isdigit() else -1


def _watched(config: Config) -> Config:
    entries = (
        ModelProvider(
            model=each.model,
            name=each.name,
            base_url=each.base_url,
            provider_interface=each.provider_interface,
            price=each.price,
        )
        for each in config.model_providers
    )
    return Config(
        version=config.version,
        model_providers=tuple(entries),
        model_metrics_sources=config.model_metrics_sources,
        routing=Routing(session_headers=config.routing.session_headers),
        observability=config.observability,
        tracing=config.tracing,
        signals=config.signals,
        overrides=config.overrides,
    )
