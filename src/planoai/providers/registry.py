"""Which models the providers are known to have: a dated list that comes with the package, and newer ones that somebody fetched.

It says what a wildcard of the config stands for in lists. Nothing is refused for not being in it: a model may be newer than any list. Pure.
"""

import re
from collections.abc import Mapping
from functools import cache
from pkgutil import get_data
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from planoai.providers.catalog import find
from planoai.providers.provider import Provider

Kind = Literal["chat", "completion", "embedding", "image", "audio", "moderation", "rerank", "video"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# What an id says of its model, for lists that say nothing of it. The first that is found wins: `gpt-image` before `gpt`.
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("rerank", r"re-?rank"),
    ("moderation", r"moderation|llama-?guard|shieldgemma"),
    ("embedding", r"embed|bge-|e5-|gte-|voyage-"),
    ("video", r"sora|veo-|wan\d|kling|t2v|i2v|r2v|imagine-video"),
    ("image", r"dall-e|imagen-|image\b|flux|stability\.|stable-|sd3|seedream|nano-banana"),
    ("audio", r"whisper|tts|realtime|transcribe|speech|voxtral|native-audio|live\b|voice|sonic"),
    ("completion", r"babbage|davinci|gpt-3\.5-turbo-instruct"),
)
_TOLD_BY_ID = tuple((kind, re.compile(rf"(?<![a-z])(?:{words})", re.IGNORECASE)) for kind, words in _WORDS)


class Model(Struct, frozen=True):
    """`id` is what the provider calls it."""

    id: str
    kind: Kind


class Registry(Struct, frozen=True):
    """`models` are listed under `key_of` their provider. `as_of` is the day, `source` where the lists are from."""

    as_of: str
    source: str
    models: Mapping[str, tuple[Model, ...]] = {}

    def of(self, prefix: str, provider: Provider) -> tuple[Model, ...]:
        """Those of `provider`, as an entry of the config calls it with `prefix`."""
        return self.models.get(key_of(prefix, provider), ())


class _File(Struct):
    """A registry as it is written: by key, then by kind."""

    as_of: str
    source: str
    models: dict[str, dict[Kind, tuple[str, ...]]]


@cache
def snapshot() -> Registry:
    """The one that comes with the package."""
    data = get_data("planoai.providers", "models.json")
    assert data is not None  # noqa: S101 - it is a part of the package
    return decoded(data)


def decoded(data: bytes) -> Registry:
    """Raises ValueError for what is no registry."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    models = {
        key: tuple(Model(each, kind) for kind, ids in kinds.items() for each in ids)
        for key, kinds in file.models.items()
    }
    return Registry(file.as_of, file.source, models)


def encoded(registry: Registry) -> bytes:
    """What `decoded` reads."""
    models = {
        key: {kind: ids for kind in KINDS if (ids := tuple(each.id for each in listed if each.kind == kind))}
        for key, listed in registry.models.items()
    }
    file = _File(registry.as_of, registry.source, models)
    return msgspec.json.format(msgspec.json.encode(file), indent=2) + b"\n"


def merged(base: Registry, newer: Registry) -> Registry:
    """The lists of `newer`, and those of `base` where `newer` has none or an empty one."""
    told = {key: models for key, models in newer.models.items() if models}
    if not told:
        return base
    return Registry(newer.as_of, newer.source, {**base.models, **told})


def key_of(prefix: str, provider: Provider) -> str:
    """Under what the models of `provider` are listed: its own key, or the prefix of a server that only this operator knows."""
    known = provider.models if find(prefix) is provider else None
    return known or f"{prefix.lower()}/*"


def kind_of(model: str) -> Kind:
    """What the id `model` says; most say nothing, and those are for chat."""
    return next((kind for kind, told in _TOLD_BY_ID if told.search(model)), "chat")
