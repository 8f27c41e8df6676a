"""What must be known by model id beside how it thinks: limits and habits that the API does not tell.

As known in November 2026, from the ids in Anthropic's own library and what its pages are quoted with; the pages themselves were not at hand.
A name nobody here knows is taken for a model of another maker behind this API: it gets what every one of them takes.
"""

from msgspec import Struct

from planoai.apis.dialect import Accepts
from planoai.apis.models import Version, claude_version, refused_there


class Model(Struct, frozen=True):
    """`default_max_tokens`: the API demands a limit and clients of others may name none; below every limit of the family's models.

    `thinks`: can be given a budget to think. `one_sampler`: refuses `temperature` and `top_p` together.
    `no_samplers`: refuses both, and `top_k`. `schemas`: can be held to a JSON schema.
    """

    default_max_tokens: int = 8192
    one_sampler: bool = False
    no_samplers: bool = False
    schemas: bool = False
    thinks: bool = True


_SINCE: tuple[tuple[Version, Model], ...] = (  # newest first
    ((4, 7), Model(32000, one_sampler=True, no_samplers=True, schemas=True)),
    ((4, 6), Model(32000, one_sampler=True, schemas=True)),
    ((4, 5), Model(32000, one_sampler=True, schemas=True)),
    ((4, 1), Model(32000, one_sampler=True, schemas=True)),
    ((4, 0), Model(32000)),
    ((3, 7), Model(8192)),
    ((3, 5), Model(8192, thinks=False)),
    ((3, 0), Model(4096, thinks=False)),
)


def model(name: str) -> Model:
    """The row of the newest version that `name` has reached."""
    version = claude_version(name)
    if version is None:
        return Model()
    return next((row for since, row in _SINCE if version >= since), Model(4096, thinks=False))


def refused(name: str, accepts: Accepts) -> tuple[str, ...]:
    """The fields that the model called `name` answers with 400: wherever it is, or at the server that takes what `accepts` says."""
    everywhere = ("thinking",) if name.rpartition("/")[2] == "kimi-for-coding" else ()
    return (*everywhere, *refused_there(name, accepts))
