"""Whole answers, failures and counts of an upstream."""

import json

import pytest

from planoai.apis.openai_responses import DIALECT
from planoai.apis.openai_responses.counting import COUNTING
from planoai.apis.openai_responses.failure_read import error_of
from planoai.apis.openai_responses.response_read import read_answer
from planoai.conversation.event import Ended, Finished
from planoai.conversation.failure import Failure
from planoai.errors import UpstreamUnreadable
from tests.apis.golden import ENVELOPE


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Input data was truncated"),
        (b"<html>", "malformed"),
        (b"\xff\xfe", ""),
        (b"[]", "Expected `object`"),
        (b'{"choices":[]}', "it has no output"),
        (b'{"output":7}', "Expected"),
        (b'{"status":"queued","output":[]}', "it is queued"),
        (b'{"status":"in_progress","output":[]}', "it is in_progress"),
        (b'{"output":[{"type":"message","content":{"text":"hi"}}]}', "Expected"),
        (b'{"output":[{"type":"message","content":[7]}]}', "Expected"),
        (b'{"output":[7]}', "Expected"),
    ],
)
def test_what_is_no_answer_can_not_be_read(body: bytes, why: str) -> None:
    with pytest.raises(UpstreamUnreadable, match=f"^the upstream's answer can not be read: .*{why}"):
        read_answer(body, ENVELOPE)


@pytest.mark.parametrize("reason", ["max_output_tokens", "brand_new", None])
def test_an_answer_that_was_cut_never_looks_finished(reason: str | None) -> None:
    body: dict[str, object] = {
        "status": "incomplete",
        "incomplete_details": reason and {"reason": reason},
        "output": [],
    }

    assert read_answer(json.dumps(body).encode(), ENVELOPE)[-2:] == [Finished("length"), Ended()]


@pytest.mark.parametrize("event", [b"", b"null", b"[]", b"{", b'{"response":{}}', b'{"response":null}', b"\xff"])
def test_a_failure_without_words_is_one_all_the_same(event: bytes) -> None:
    assert error_of(event).status == 502
    assert error_of(event).message


def test_a_failure_is_read_alike_wherever_it_stands() -> None:
    error = {"code": "rate_limit_exceeded", "message": "slow"}
    expected = Failure(429, "slow", "rate_limit_exceeded")

    for event in ({"type": "error", **error}, {"type": "error", "error": error}, {"response": {"error": error}}):
        assert error_of(json.dumps(event).encode()) == expected


def test_a_count_is_read() -> None:
    assert DIALECT.upstream.counting is COUNTING
    assert COUNTING.read(b'{"object":"response.input_tokens","input_tokens":11}') == 11


@pytest.mark.parametrize("body", [b"", b"{}", b'{"input_tokens":"many"}', b"\xff"])
def test_what_is_no_count_can_not_be_read(body: bytes) -> None:
    with pytest.raises(UpstreamUnreadable):
        COUNTING.read(body)
