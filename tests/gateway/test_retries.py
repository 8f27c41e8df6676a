"""Asking the same provider again, before anything of an answer has gone to the client."""

import json

import pytest

from tests.gateway.conftest import Opened, opened
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES
from tests.support.upstream import Cut, Step, stream, whole

CHAT_PATH = "/v1/chat/completions"
ASK = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
BUSY = whole({"error": {"message": "busy", "type": "server_error"}}, status=503)
ERROR_EVENT = b'data: {"error": {"message": "overloaded", "code": 503}}\n\n'


def retrying(most: int, **listener: object) -> Opened:
    return opened(max_retries=most, **listener)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
async def test_a_passing_failure_is_not_seen_by_the_client(status: int) -> None:
    async with retrying(2) as setting:
        setting.upstream.will(whole({"error": {"message": "no"}}, status=status), whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (200, "2")
        assert answer.json() == CHAT
        first, second = setting.upstream.asked
        assert first.body == second.body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 501])
async def test_what_would_fail_again_is_not_tried_again(status: int) -> None:
    async with retrying(2) as setting:
        setting.upstream.will(whole({"error": {"message": "no"}}, status=status), whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (status, "1")


async def test_the_last_failure_is_told_when_all_tries_are_used() -> None:
    async with retrying(1) as setting:
        setting.upstream.will(BUSY)
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (503, "2")
        assert answer.json()["error"]["message"] == "busy"
        assert len(setting.upstream.asked) == 2


async def test_nothing_is_tried_again_unless_the_listener_says_so() -> None:
    async with opened() as setting:
        setting.upstream.will(BUSY, whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (503, "1")


BROKEN: dict[str, list[Step]] = {
    "before its answer": [Cut()],
    "in the middle of a whole answer": [b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{", Cut()],
}


@pytest.mark.parametrize("where", BROKEN)
async def test_an_upstream_that_breaks_off_is_asked_again(where: str) -> None:
    async with retrying(1) as setting:
        setting.upstream.will(BROKEN[where], whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.json(), answer.headers["x-plano-attempts"]) == (200, CHAT, "2")


FALSE_STARTS: dict[str, list[Step]] = {
    "an error as its first event": stream(ERROR_EVENT),
    "an error after a beginning without content": stream(CHAT_STREAM[0], ERROR_EVENT),
    "an end before its beginning": stream(),
    "a connection that breaks off": stream(CHAT_STREAM[0], Cut()),
}


@pytest.mark.parametrize("start", FALSE_STARTS)
@pytest.mark.parametrize("path", [CHAT_PATH, "/v1/messages"])
async def test_a_stream_that_starts_with_a_failure_is_begun_anew(path: str, start: str) -> None:
    async with retrying(1) as setting:
        setting.upstream.will(FALSE_STARTS[start], stream(*CHAT_STREAM))
        answer = await setting.http.post(path, json={**ASK, "stream": True, "max_tokens": 50})
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (200, "2")
        assert b"error" not in answer.content
        assert len(setting.upstream.asked) == 2


async def test_a_stream_is_not_begun_anew_once_the_client_has_some_of_it() -> None:
    async with retrying(3) as setting:
        setting.upstream.will(stream(*CHAT_STREAM[:2], Cut()))
        answer = await setting.http.post(CHAT_PATH, json={**ASK, "stream": True})
        assert answer.status_code == 200
        assert "error" in json.loads(answer.content.rstrip(b"\n").split(b"\n\n")[-1].removeprefix(b"data: "))
        assert len(setting.upstream.asked) == 1


async def test_each_try_is_said_in_the_words_of_the_upstream() -> None:
    async with retrying(1) as setting:
        setting.upstream.will(
            whole({"type": "error", "error": {"type": "api_error", "message": "x"}}, 529), whole(MESSAGES)
        )
        answer = await setting.http.post(CHAT_PATH, json={**ASK, "model": "anthropic/claude-sonnet-4-5"})
        assert (answer.status_code, answer.json()["object"]) == (200, "chat.completion")
        assert [each.target for each in setting.upstream.asked] == ["/v1/messages"] * 2


async def test_a_wait_that_the_upstream_asks_for_is_kept_where_it_fits() -> None:
    async with retrying(1) as setting:
        soon = whole({"error": {"message": "slow down"}}, 429, {"retry-after-ms": "1"})
        setting.upstream.will(soon, whole(CHAT))
        assert (await setting.http.post(CHAT_PATH, json=ASK)).status_code == 200


@pytest.mark.parametrize("wait", ["61", "100000", "Fri, 31 Dec 2999 23:59:59 GMT"])
async def test_a_wait_that_is_too_long_is_left_to_the_client(wait: str) -> None:
    async with retrying(3) as setting:
        setting.upstream.will(whole({"error": {"message": "slow down"}}, 429, {"retry-after": wait}), whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["retry-after"], answer.headers["x-plano-attempts"]) == (
            429,
            wait,
            "1",
        )


async def test_a_wait_longer_than_the_time_left_is_not_begun() -> None:
    async with retrying(3, timeout="2s") as setting:
        setting.upstream.will(whole({"error": {"message": "slow down"}}, 429, {"retry-after": "3"}), whole(CHAT))
        answer = await setting.http.post(CHAT_PATH, json=ASK)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (429, "1")


async def test_a_connection_is_kept_over_tries() -> None:
    async with retrying(2) as setting:
        setting.upstream.will(BUSY, BUSY, whole(CHAT))
        assert (await setting.http.post(CHAT_PATH, json=ASK)).status_code == 200
        assert setting.upstream.connections == 1
