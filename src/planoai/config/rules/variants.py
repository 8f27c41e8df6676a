"""What each value of a field such as `type` needs beside it, and what goes with no other: the table of `planoai.config.variants` as one rule."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from planoai.config.located import Located
from planoai.config.schema import Config, Filter, Listener, MetricsSource, SessionCache, StateStorage
from planoai.config.shapes import default
from planoai.config.variants import VARIANTS, Takes

CALLED: Mapping[type[Struct], str] = {
    Filter: "filter",
    Listener: "listener",
    MetricsSource: "source",
    SessionCache: "session cache",
    StateStorage: "store",
}

# Where there is more to say than that a field is missing.
_MISSING: Mapping[tuple[type[Struct], str], str] = {
    (Listener, "port"): "`port` is missing; a listener of type `agent` has no usual one",
    (SessionCache, "url"): "session_cache.url is required; write where Redis is, such as `redis://127.0.0.1:6379`",
    (StateStorage, "connection_string"): (
        "connection_string is required; write where PostgreSQL is, such as `postgresql://127.0.0.1:5432/plano`"
    ),
}


def what_each_type_takes(config: Config, at: Located) -> None:
    for owner in _within(config):
        if not at.is_written(owner):
            continue
        for (chooser, value), takes in VARIANTS.get(type(owner), {}).items():
            if getattr(owner, chooser) == value:
                _check_needs(owner, chooser, value, takes, at)
            elif at.is_read(owner, chooser):
                _check_only(owner, chooser, value, takes, at)


def _check_needs(owner: Struct, chooser: str, value: str, takes: Takes, at: Located) -> None:
    for name in takes.needs:
        if not getattr(owner, name) and at.is_read(owner, name):
            lacking = "is empty" if at.stands(owner, name) else "is missing"
            usual = f"`{name}` {lacking}; a {CALLED[type(owner)]} of {chooser} `{value}` needs it"
            at.problem(owner, name, _MISSING.get((type(owner), name), usual))


def _check_only(owner: Struct, chooser: str, value: str, takes: Takes, at: Located) -> None:
    """What says no more than its default, or nothing, does no harm."""
    fields = {field.name: field for field in structs.fields(owner)}
    for name in takes.only:
        if getattr(owner, name) not in (default(fields[name]), None, ()):
            at.problem(owner, name, f"`{name}` is only of a {CALLED[type(owner)]} of {chooser} `{value}`")


def _within(value: object) -> Iterator[Struct]:
    match value:
        case Struct():
            yield value
            for name in value.__struct_fields__:
                yield from _within(getattr(value, name))
        case tuple():
            for each in value:
                yield from _within(each)
        case Mapping():
            for each in value.values():
                yield from _within(each)
        case _:
            pass  # a value of its own
