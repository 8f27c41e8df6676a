"""What the whole file shows of tracing, of signals and of the console. One function a rule."""

from urllib.parse import urlsplit

from planoai.config.located import Located
from planoai.config.rules.doors import is_loopback
from planoai.config.schema import Config


def where_traces_go(config: Config, at: Located) -> None:
    """gRPC has one path of its own; OTLP over HTTP has the one that is written."""
    tracing = config.tracing
    if tracing.opentracing_grpc_endpoint is None or not at.is_read(tracing, "protocol", "tls"):
        return
    parts = urlsplit(tracing.opentracing_grpc_endpoint)
    if tracing.protocol == "grpc" and parts.scheme != "http" and tracing.tls is None:
        hint = "write `tls: {}` beside it to speak TLS with the collector, or `protocol: http` for OTLP over HTTP"
        at.problem(tracing, "opentracing_grpc_endpoint", f"the scheme must be http; {hint}")
    if tracing.protocol == "grpc" and parts.path not in {"", "/"}:
        said = "the path must be empty; write `protocol: http` for OTLP over HTTP, which has one"
        at.problem(tracing, "opentracing_grpc_endpoint", said)


def certificate_to_show(config: Config, at: Located) -> None:
    tls = config.tracing.tls
    if tls is None or (tls.cert is None) == (tls.key is None) or not at.is_read(tls, "cert", "key"):
        return
    missing, there = ("cert", "key") if tls.cert is None else ("key", "cert")
    at.problem(tls, missing, f"`{missing}` is missing; `{there}` alone is of no use")


def console_for_some(config: Config, at: Located) -> None:
    console = config.console
    if not console.enabled or console.token is not None or not at.is_read(console, "bind", "token"):
        return
    if not is_loopback(console.bind.rpartition(":")[0].strip("[]")):
        said = "anyone who can reach this address could read what is asked and answered"
        at.problem(console, "bind", f"{said}; write a `token`, or bind 127.0.0.1")


def options_of_signals(config: Config, at: Located) -> None:
    """The names and their limits are the analyzer's. It is asked only where something is set: its lists take a while to load."""
    signals = config.signals
    if not signals.thresholds and not signals.lists:
        return
    from planoai.signals.options import Options, faults

    for path, said in faults(Options(thresholds=signals.thresholds, lists=signals.lists)):
        at.problem(signals, path, said)
