"""Observations to store: made by hand, or any that there can be."""

from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from planoai.conversation.usage import Usage
from planoai.observability.observation import Answer, Asked, Call, Instance, Line, Observation, Signals
from planoai.observability.record import Opened
from planoai.observability.trace import Trace
from planoai.pricing.price import Cost
from tests.observability.facts import attempt, closed

BEGAN = 1_800_000_000.0


def observed(number: int, **changes: Any) -> Observation:
    """The one of that number: each is of its own trace, and begins a second after the one before."""
    opened = Opened(
        number,
        BEGAN + number,
        b"req-%d" % number,
        "POST",
        "/v1/chat/completions",
        "1.1",
        "127.0.0.1",
        ((b"user-agent", b"OpenAI/Python 3.1"),),
        "openai_chat",
        "fast",
        handler="llm_chat",
        trace=trace(number),
        ready=0.001,
    )
    usual = {
        "opened": opened,
        "closed": closed(number, attempt()),
        "model": "gpt-5-2027-01-01",
        "usage": Usage(fresh=100, cache_read=50, output=20),
        "finish": "stop",
        "whole": True,
        "response": "chatcmpl-1",
        "asked": Asked(messages=2, preview="And tomorrow?", thread=b"thread-1"),
        "answer": Answer("It will rain.", characters=13),
        "signals": Signals("neutral", 50.0, 2, 1.0, concerning=False, user_turns=1),
        "cost": Cost(input=0.25, output=0.5),
        "session": "s-1",
    }
    return Observation(**{**usual, **changes})


def trace(number: int) -> Trace:
    return Trace(b"%016d" % number, b"%08d" % number)


def talkative(number: int, text: str) -> Observation:
    """With all of its content."""
    return observed(
        number,
        asked=Asked(messages=1, preview=text[:50] + "...", lines=(Line("system", "Be brief."), Line("user", text, 0))),
        answer=Answer(text, (Call("weather", '{"city": "Paris"}'),), characters=len(text)),
    )


def telling(number: int, *types: str, quality: str = "poor", concerning: bool = True) -> Observation:
    """Whose conversation shows these signals."""
    found = tuple(Instance(each, 0, "that is wrong", 0.9) for each in types)
    return observed(number, signals=Signals(quality, 20.0, 2, 0.5, concerning=concerning, found=found))


def numbers(observations: list[Observation]) -> list[int]:
    return [each.opened.id for each in observations]


def size(path: Path) -> int:
    """Of the file and the log beside it."""
    return sum(each.stat().st_size for each in (path, path.with_name(f"{path.name}-wal")) if each.exists())


def anything() -> st.SearchStrategy[Observation]:
    """Every value that the types of an observation allow."""
    return st.builds(_made, _values(inspect.type_info(Observation)), st.floats(0, 4e9))


def _made(observation: Observation, at: float) -> Observation:
    return msgspec.structs.replace(observation, opened=msgspec.structs.replace(observation.opened, at=at))


def _values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case inspect.StructType(cls=cls, fields=fields):
            return st.builds(cls, **{each.name: _values(each.type) for each in fields})
        case inspect.UnionType(types=types):
            return st.one_of(*(_values(each) for each in types))
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.VarTupleType(item_type=item):
            return st.lists(_values(item), max_size=3).map(tuple)
        case inspect.TupleType(item_types=items):
            return st.tuples(*(_values(each) for each in items))
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType():
            return st.integers(-1, (1 << 63) - 1)
        case inspect.FloatType():
            return st.floats(allow_nan=False)
        case inspect.StrType():
            return st.text(max_size=100)
        case inspect.BytesType():
            return st.binary(max_size=20)
        case _:
            raise NotImplementedError(kind)
