"""What must be known by model id: limits and habits that the API does not tell.

From Anthropic's model overview, "Adaptive thinking", "Effort", "Structured outputs" and "Migrating" pages at platform.claude.com/docs, read
2026-11. A name nobody here knows is taken for a model of another maker behind this API: it gets what every one of them takes.
"""

import re

from msgspec import Struct

Version = tuple[int, int]

# claude-3-5-sonnet-20241022; claude-opus-4-1-20250805, anthropic.claude-sonnet-4-5-20250929-v1:0, anthropic/claude-opus-4.6, claude-fable-5
_OLD = re.compile(r"claude-(?P<major>\d)(?:[-.](?P<minor>\d))?-(?P<family>[a-z]+)")
_NEW = re.compile(r"claude-(?P<family>[a-z]+)-(?P<major>\d{1,2})(?!\d)(?:[-.](?P<minor>\d{1,2})(?!\d))?")


class Model(Struct, frozen=True):
    """`default_max_tokens`: the API demands a limit and clients of others may name none; below every limit of the family's models.

    `adaptive`: decides by itself how much to think, guided by an effort. `one_sampler`: refuses `temperature` and `top_p` together.
    `no_samplers`: refuses both, and `top_k`. `schemas`: can be held to a JSON schema.
    """

    default_max_tokens: int = 8192
    adaptive: bool = False
    xhigh: bool = False  # knows this effort, else `max` comes next
    one_sampler: bool = False
    no_samplers: bool = False
    schemas: bool = False
    thinks: bool = True  # can be given a budget to think


_SINCE: tuple[tuple[Version, Model], ...] = (  # newest first
    ((4, 7), Model(32000, adaptive=True, xhigh=True, one_sampler=True, no_samplers=True, schemas=True)),
    ((4, 6), Model(32000, adaptive=True, one_sampler=True, schemas=True)),
    ((4, 5), Model(32000, one_sampler=True, schemas=True)),
    ((4, 1), Model(32000, one_sampler=True, schemas=True)),
    ((4, 0), Model(32000)),
    ((3, 7), Model(8192)),
    ((3, 5), Model(8192, thinks=False)),
    ((3, 0), Model(4096, thinks=False)),
)


def model(name: str) -> Model:
    """The row of the newest version that `name` has reached."""
    match = _NEW.search(name) or _OLD.search(name)
    if match is None:
        return Model()
    version = (int(match["major"]), int(match["minor"] or 0))
    return next((row for since, row in _SINCE if version >= since), Model(4096, thinks=False))
