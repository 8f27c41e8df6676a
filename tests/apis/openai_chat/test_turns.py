"""The next turn: an answer goes back in the client's own words, with the results of its calls, to the dialect it came from."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from planoai.apis import DIALECTS
from planoai.apis.dialect import Accepts
from planoai.apis.fields import read_fields
from planoai.apis.openai_chat import DIALECT
from planoai.conversation.fold import fold
from tests.apis import golden

FOREIGN = [path for path in golden.streams() if path.parent.name == "anthropic_messages"]


def next_turn(answer: dict[str, Any]) -> list[dict[str, Any]]:
    calls = answer.get("tool_calls", [])
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "done"} for call in calls]
    return [{"role": "user", "content": "go"}, answer, *results, {"role": "user", "content": "on"}]


@pytest.mark.parametrize("path", FOREIGN, ids=golden.name)
def test_calls_and_results_pair_up_and_roles_alternate(path: Path) -> None:
    answer = fold(golden.read_stream(path.parent.name, [path.read_bytes()]))
    assert DIALECT.client is not None
    completion = json.loads(DIALECT.client.write_answer(answer, golden.ENVELOPE))
    messages = next_turn(completion["choices"][0]["message"])
    request = DIALECT.client.read_request(read_fields(golden.compact({"model": "m", "messages": messages})))

    upstream = DIALECTS[path.parent.name].upstream
    written = json.loads(upstream.write_request(request, Accepts()).body)["messages"]

    roles = [message["role"] for message in written]
    assert all(one != two for one, two in pairwise(roles))
    blocks = [block for message in written if isinstance(message["content"], list) for block in message["content"]]
    called = [block["id"] for block in blocks if block["type"] == "tool_use"]
    assert called == [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    assert len(called) == len(completion["choices"][0]["message"].get("tool_calls", []))
    signed = [
        block["signature"]
        for block in completion["choices"][0]["message"].get("thinking_blocks", ())
        if "signature" in block
    ]
    assert [block["signature"] for block in blocks if block["type"] == "thinking"] == signed
