"""What one API must be able to do, and what it is given to do it with."""

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from planoai.simulate.ask import Ask
from planoai.simulate.ids import Ids
from planoai.simulate.options import Options
from planoai.simulate.problem import Problem
from planoai.simulate.reading import Received
from planoai.simulate.script import Script
from planoai.simulate.vendors import Allowance, Reply


class Turn(Struct, frozen=True):
    """One answer about to be written. `now` is Unix time in seconds, `id` what the API calls the answer."""

    ask: Ask
    script: Script
    options: Options
    ids: Ids
    id: str
    now: int


class Frame(Struct, frozen=True):
    """One event of a stream; `content` when it carries text, reasoning or arguments: a chunk, where options count chunks."""

    data: bytes
    content: bool = False


class Refusing(Struct, frozen=True):
    """What an error is written with."""

    problem: Problem
    ids: Ids
    allowance: Allowance
    model: str
    now: int


class Dialect(Struct, frozen=True):
    """One row of the table in `planoai.simulate.routes`."""

    read: Callable[[Received], Ask]  # raises Refused
    new_id: Callable[[Ids], str]
    whole: Callable[[Turn], bytes]
    stream: Callable[[Turn], Iterator[Frame]]
    terminator: Callable[[Turn], bytes]  # what a stream that says nothing still ends with
    broken: Callable[[Turn, Refusing, int], bytes]  # the events of an error, after so many others
    headers: Callable[[Turn, Allowance], tuple[tuple[str, str], ...]]
    refuse: Callable[[Refusing], Reply]
    conversation: Callable[[Turn], tuple[dict[str, Any], ...]] | None = None  # what is remembered under the answer's id
    unauthorized: Problem = Problem(401)
