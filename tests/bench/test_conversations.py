from itertools import islice, pairwise

import msgspec
from bench.conversations import TURNS, bodies, turns

from planoai.apis import DIALECTS
from planoai.apis.fields import read_fields
from planoai.signals import Row

_ROWS = (
    Row("human", "where is it?"),
    Row("function_call", '{"order": 1}'),
    Row("observation", "lost"),
    Row("gpt", "It is lost."),
)


def test_with_each_turn_more_of_a_conversation_is_told_to_its_end() -> None:
    told = [msgspec.json.decode(each)["messages"] for each in turns(_ROWS * 4)]
    assert [len(each) for each in told] == [8, 10, 12, 14, 16]
    assert all(later[: len(sooner)] == sooner for sooner, later in pairwise(told))


def test_a_result_goes_by_the_id_of_its_call() -> None:
    messages = msgspec.json.decode(list(turns(_ROWS * 3))[-1])["messages"]
    assert [each["role"] for each in messages[:4]] == ["user", "assistant", "tool", "assistant"]
    assert messages[1]["tool_calls"][0]["id"] == messages[2]["tool_call_id"]


def test_the_gateway_reads_them_and_no_two_conversations_are_alike() -> None:
    side = DIALECTS["openai_chat"].client
    assert side is not None
    ends = list(islice(bodies(), TURNS - 1, TURNS * 3, TURNS))
    assert [len(side.read_request(read_fields(each)).messages) for each in ends] == [60, 60, 60]
    assert len(set(ends)) == 3
