"""An answer in its other form means what it meant, in every API that has two forms."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw, structs

from planoai.apis import DIALECTS
from planoai.apis.dialect import Reform
from planoai.conversation.event import Event, Failed
from planoai.conversation.fold import Answer, fold
from planoai.conversation.message import Message, Opaque, Part, ToolCall
from planoai.conversation.usage import Usage
from planoai.errors import UpstreamUnreadable
from tests.apis import golden

_OF_STREAMS = [path for path in golden.streams() if DIALECTS[path.parent.name].reform is not None]


_OTHERWISE = {
    "anthropic_messages/unknown_everything",  # of two blocks that grow at once, events make three; in a whole answer they are two
    "openai_responses/bare_deltas",  # no event names an item that could be part of a whole answer
}


def _ended(path: Path) -> bool:
    return golden.name(path) not in _OTHERWISE and not isinstance(
        golden.read_stream(path.parent.name, [golden.bytes_of(path)])[-1], Failed
    )


STREAMS = [path for path in _OF_STREAMS if _ended(path)]


def _answered(path: Path) -> bool:
    dialect = golden.pair(path)[0]
    answer = json.loads(path.read_text())["answer"]
    return dialect.reform is not None and not isinstance(read_whole(dialect.name, golden.compact(answer))[-1], Failed)


def read_whole(dialect: str, body: bytes) -> list[Event]:
    return DIALECTS[dialect].upstream.read_answer(body, golden.envelope())


WHOLE = [path for path in golden.cases("answers") if _answered(path)]


def reform(dialect: str) -> Reform:
    found = DIALECTS[dialect].reform
    assert found is not None
    return found


def meant(events: list[Event]) -> Answer:
    """But for what one form must say and the other need not: ids, the model, counts of nothing, arguments of nothing."""
    answer = fold(events)
    parts = tuple(_normal(part) for part in answer.message.parts)
    return structs.replace(answer, id="", model="", usage=answer.usage or Usage(), message=Message("assistant", parts))


def _normal(part: Part) -> Part:
    """JSON that came in pieces may be set otherwise than the whole."""
    match part:
        case ToolCall(arguments=arguments) if not part.custom:
            with suppress(ValueError):
                return structs.replace(part, arguments=json.dumps(json.loads(arguments or "{}")))
        case Opaque(json=raw):
            return structs.replace(part, json=Raw(golden.compact(json.loads(bytes(raw)))))
        case _:
            pass
    return part


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_a_stream_made_whole_means_the_same(path: Path) -> None:
    dialect, stream = path.parent.name, golden.bytes_of(path)
    whole = reform(dialect).as_whole(stream, golden.envelope())

    assert meant(read_whole(dialect, whole)) == meant(golden.read_stream(dialect, [stream]))


@pytest.mark.parametrize("path", STREAMS, ids=golden.name)
def test_and_so_does_the_stream_that_is_made_of_that(path: Path) -> None:
    dialect = path.parent.name
    whole = reform(dialect).as_whole(golden.bytes_of(path), golden.envelope())
    stream = reform(dialect).as_stream(whole, golden.envelope())

    assert meant(golden.read_stream(dialect, [stream])) == meant(read_whole(dialect, whole))


@pytest.mark.parametrize("path", WHOLE, ids=golden.name)
def test_a_whole_answer_streamed_means_the_same(path: Path) -> None:
    dialect = golden.pair(path)[0].name
    body = golden.compact(json.loads(path.read_text())["answer"])
    events = read_whole(dialect, body)
    assert meant(golden.read_stream(dialect, [reform(dialect).as_stream(body, golden.envelope())])) == meant(events)


@pytest.mark.parametrize("path", WHOLE, ids=golden.name)
def test_a_line_break_in_an_answer_ends_no_frame(path: Path) -> None:
    dialect = golden.pair(path)[0].name
    answer = json.loads(path.read_text())["answer"]
    set_wide = json.dumps(answer, indent=2, ensure_ascii=False).encode()

    assert reform(dialect).as_stream(set_wide, golden.envelope()) == reform(dialect).as_stream(
        golden.compact(answer), golden.envelope()
    )


@given(st.data())
def test_broken_answers_are_unreadable_and_nothing_worse(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(STREAMS))
    dialect, stream = path.parent.name, golden.bytes_of(path)
    whole = reform(dialect).as_whole(stream, golden.envelope())
    for work, good in ((reform(dialect).as_whole, stream), (reform(dialect).as_stream, whole)):
        at = data.draw(st.integers(0, len(good)))
        broken = good[:at] + data.draw(st.binary(max_size=4)) + good[data.draw(st.integers(at, len(good))) :]
        with suppress(UpstreamUnreadable):
            work(broken, golden.envelope())
