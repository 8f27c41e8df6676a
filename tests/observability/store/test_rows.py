import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from planoai.conversation.usage import Usage
from planoai.errors import PlanoError
from planoai.observability.observation import Answer, Asked, Call, Observation
from planoai.observability.record import Closed
from planoai.observability.store.rows import COLUMNS, Row, observation, row
from tests.observability.facts import attempt
from tests.observability.store.observations import anything, observed, talkative, telling

ROOM = 1_000_000


def columns(of: Observation) -> dict[str, object]:
    return dict(zip(COLUMNS, row(of, ROOM).columns, strict=True))


def read(of: Row, *, content: bool = True) -> Observation:
    record = of.columns[COLUMNS.index("record")]
    assert isinstance(record, bytes)
    return observation(record, of.content if content else None)


@given(anything())
def test_what_is_read_of_a_row_is_the_observation_that_it_was_made_of(seen: Observation) -> None:
    assert read(row(seen, ROOM)) == seen


@given(st.text(max_size=200), st.text(max_size=200))
def test_without_its_content_no_more_than_beginnings_are_known(question: str, answer: str) -> None:
    seen = observed(1, asked=talkative(1, question).asked, answer=Answer(answer, characters=len(answer)))
    shown = read(row(seen, ROOM), content=False)
    assert shown.asked is not None
    assert shown.asked.lines == ()
    assert shown.answer is not None
    assert len(shown.answer.text) <= 53
    assert answer.startswith(shown.answer.text.removesuffix("..."))


def test_the_columns_are_what_one_looks_for() -> None:
    told = columns(telling(7, "execution.loops.retry", "satisfaction.thanks", "execution.loops.retry"))
    record = told.pop("record")
    assert isinstance(record, bytes)
    assert told == {
        "at": 1_800_000_007_000_000,
        "span": b"00000007",
        "trace": b"0000000000000007",
        "request": "req-7",
        "handler": "llm_chat",
        "asked": "fast",
        "model": "gpt-5-2027-01-01",
        "provider": "openai",
        "session": "s-1",
        "thread": b"thread-1",
        "status": 200,
        "outcome": "completed",
        "error": "none",
        "quality": "poor",
        "concerning": True,
        "signals": " execution.loops.retry satisfaction.thanks ",
        "cost": 0.75,
        "input": 150,
        "output": 20,
        "ttft_ms": pytest.approx(299),
        "duration_ms": 1500.0,
    }


def test_of_what_asked_no_model_little_is_known() -> None:
    opened = observed(7).opened
    told = columns(Observation(opened, Closed(7, 404, "failed", 0, 30, 0.001, 0.002)))
    unknown = {
        "model",
        "provider",
        "session",
        "thread",
        "quality",
        "concerning",
        "signals",
        "cost",
        "input",
        "output",
        "ttft_ms",
    }
    assert {name for name, value in told.items() if value is None} == unknown
    assert (told["status"], told["outcome"], told["error"]) == (404, "failed", "none")


def test_a_model_that_does_not_say_its_name_has_the_one_it_was_asked_by() -> None:
    assert columns(observed(1, model=""))["model"] == "gpt-5"


def test_a_provider_is_called_as_the_config_and_the_metrics_call_it() -> None:
    own = Closed(1, 200, "completed", 0, 30, 0.1, 0.2, (attempt(provider="custom", full_name="house/llama"),))
    assert columns(observed(1, closed=own))["provider"] == "house"


def test_what_went_wrong_is_a_column() -> None:
    failed = Closed(1, 502, "failed", 0, 30, 0.1, 0.2, (attempt(status=0, trouble="connect"),))
    assert columns(observed(1, closed=failed))["error"] == "connect"


def test_content_beyond_the_room_for_it_is_left_out_and_the_rest_is_kept() -> None:
    long = "".join(map(str, range(20_000)))
    found = row(talkative(1, long), 10_000)
    assert found.content is None
    assert read(found).answer == Answer(f"{long[:50]}...", (Call("weather"),), "", len(long), cut=True)


def test_previews_stay_in_the_record() -> None:
    assert row(observed(1, answer=Answer("y" * 50 + "...")), ROOM).content is None


@pytest.mark.parametrize(
    "told",
    [
        {"asked": Asked(max_tokens=10**100)},
        {"usage": Usage(fresh=10**40)},
        {"model": "\ud800"},
        {"model": "m" * ROOM},
        {"answer": Answer("\ud800" * 100)},
    ],
    ids=["a number beyond 64 bits", "so many tokens", "no Unicode", "too large", "content that is no Unicode"],
)
def test_what_was_told_and_can_not_be_written_is_left_out(told: dict[str, object]) -> None:
    seen = observed(1, **told)
    assert read(row(seen, ROOM)) == Observation(seen.opened, seen.closed)


def test_what_can_not_be_written_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        row(observed(1, opened=structs.replace(observed(1).opened, path="/\ud800")), ROOM)


def test_more_tokens_than_a_column_holds_are_the_most_it_holds() -> None:
    most = (1 << 63) - 1
    assert columns(observed(1, usage=Usage(fresh=most, cache_read=1)))["input"] == most


@given(st.binary(), st.none() | st.binary())
def test_bytes_that_are_no_record_are_told(record: bytes, content: bytes | None) -> None:
    with pytest.raises(PlanoError, match="can not be read"):
        observation(record, content)


def test_content_that_is_damaged_is_told() -> None:
    found = row(talkative(1, "tell me more " * 20), ROOM)
    record = found.columns[COLUMNS.index("record")]
    assert isinstance(record, bytes)
    with pytest.raises(PlanoError, match="can not be read"):
        observation(record, b"broken")
