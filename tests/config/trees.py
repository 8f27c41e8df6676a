"""Configs of every shape there is: each value right by itself, whatever stands beside it."""

from collections.abc import Mapping
from typing import Literal, get_args, get_origin

from hypothesis import strategies as st
from msgspec import NODEFAULT, Struct, structs

from planoai.config.decode import Decoder
from planoai.config.load import Loaded
from planoai.config.located import Located
from planoai.config.places import Report
from planoai.config.schema import Config
from planoai.config.shapes import default, marker, present
from planoai.config.tree import compose
from planoai.config.variables import Variables

# Values of each kind, by how it is read: as they are written in YAML.
SAMPLES: Mapping[str, tuple[object, ...]] = {
    "address": ("127.0.0.1", "::1", "gateway.example"),
    "attempts": (1, 10, "3"),
    "bind": ("127.0.0.1:9093", "[::1]:80"),
    "client_key": ("$A", "plain-key", 12345),
    "count": (1, 1_000_000, "7"),
    "credential": ("Bearer $A", "${A}", "plain key"),
    "dollars": (0, 2.5, 100),
    "endpoint_name": ("ledger_api", "A"),
    "entries": (1, 10_000),
    "export_url": ("http://localhost:4317", "https://collector.example:4318/v1/traces"),
    "header_name": ("x-team", "Authorization"),
    "header_value": ("platform", "Bearer $A", "", 5),
    "host": ("models.example", "models.example:8443", "[::1]:1"),
    "interface": ("openai", "claude", "OpenAI", "$PROVIDER"),
    "number": (3, -1.5, "0.25"),
    "path": ("cert.pem", "/etc/ssl/cert.pem", "$A/cert.pem"),
    "percent": (0, 100, 12.5),
    "plain": ("short", 7, 2.5, True),
    "port": (1, 65535, "12000", "$PORT"),
    "postgres_url": ("postgresql://plano:$A@db.example:5432/plano", "POSTGRES://db.example/plano"),
    "prose": ("costs $5, or $UNSET", "two\nlines", "words"),
    "redaction": ("email", "[A-Z]{3}-[0-9]+"),
    "redis_url": ("redis://127.0.0.1:6379", "Rediss://:$A@cache.example"),
    "region": ("us-east-1", "ap-southeast-2"),
    "retries": (0, 10),
    "seconds": ("250ms", "5s", "1.5m", "30d", "$TIME"),
    "share": (0, 1, 0.5, "0.25"),
    "size": ("200MB", "1GB", "1.5KB", "512B"),
    "text": ("openai/gpt-4o", "$A"),
    "url": ("https://models.example/v1", "HTTP://127.0.0.1:11434", "http://$A"),
    "url_path": ("/", "/orders/{order_id}"),
    "web_origin": ("*", "https://app.example", "http://localhost:3000"),
    "weight": (1, 1000),
    "workers": (1, 256, "auto", "$PORT"),
}
ENVIRON = {"A": "a-value", "PORT": "17", "TIME": "5s", "YES": "true", "PROVIDER": "openai"}


def decoded(text: str) -> Loaded:
    """`text` without the rules that look at more than one value."""
    report = Report()
    located = Located(report)
    root = compose(text, report)
    assert root is not None
    config = Decoder(Variables(ENVIRON), located).struct(Config, root)
    assert report.problems == []
    assert config is not None
    return Loaded(config, expanded=located.expanded)


def values(kind: object, *, literal: bool) -> st.SearchStrategy[object]:
    """What a field of this type may have written behind it."""
    kind = present(kind)
    found = marker(kind)
    if found is not None:
        samples = SAMPLES[found.read.__name__]
        return st.sampled_from([each for each in samples if literal or not found.masked or "$" in str(each)])
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Literal:
        return st.sampled_from(inside)
    if origin is tuple:
        return st.lists(values(inside[0], literal=literal), max_size=2)
    if origin is Mapping:
        named = marker(inside[0])
        keys = st.sampled_from(SAMPLES[named.read.__name__] if named is not None else ("one", "two", "on"))
        return st.dictionaries(keys, values(inside[1], literal=literal), max_size=2)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return trees(kind, literal=literal)
    return (
        st.sampled_from([True, False, "$YES"]) if kind is bool else st.sampled_from(["a name", "$A", "openai/gpt-4o"])
    )


def trees(shape: type[Struct] = Config, *, literal: bool = True) -> st.SearchStrategy[object]:
    """Mappings of what `shape` holds. Without `literal`, credentials come from variables alone."""
    fields = {field.name: (field, values(field.type, literal=literal)) for field in structs.fields(shape)}
    required = {name: each for name, (field, each) in fields.items() if default(field) is NODEFAULT}
    return st.fixed_dictionaries(
        required, optional={name: st.none() | each for name, (_, each) in fields.items() if name not in required}
    )
