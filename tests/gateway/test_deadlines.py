"""How long a client waits, and what it is told then. No time is measured: waiting for longer than is allowed fails by the test's own limit."""

import asyncio

import pytest

from tests.gateway.conftest import opened
from tests.support.answers import CHAT, CHAT_STREAM
from tests.support.upstream import Hold, stream, whole

PATH = "/v1/chat/completions"
ASK = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
HEAD = b"HTTP/1.1 %d Status\r\ncontent-type: %b\r\ntransfer-encoding: chunked\r\n\r\n"

SILENCES: dict[str, list[bytes]] = {
    "nothing at all": [],
    "the head of a stream": [HEAD % (200, b"text/event-stream")],
    "a stream without content": [
        HEAD % (200, b"text/event-stream"),
        b"%x\r\n%b\r\n" % (len(CHAT_STREAM[0]), CHAT_STREAM[0]),
    ],
    "the head of a whole answer": [HEAD % (200, b"application/json")],
    "the head of an error": [HEAD % (503, b"application/json")],
}


@pytest.mark.parametrize("said", SILENCES)
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "whole"])
async def test_timeout_holds_until_there_is_something_to_tell(said: str, *, streaming: bool) -> None:
    async with opened(timeout="300ms") as setting, asyncio.timeout(8):
        setting.upstream.will([*SILENCES[said], Hold()])
        answer = await setting.http.post(PATH, json={**ASK, "stream": streaming})
        assert answer.status_code == 504
        assert answer.json()["error"]["code"] == "upstream_timeout"


@pytest.mark.parametrize("said", ["the head of an error", "a stream without content"])
async def test_all_tries_share_it(said: str) -> None:
    async with opened(timeout="1500ms", max_retries=5) as setting, asyncio.timeout(8):
        busy = whole({"error": {"message": "busy"}}, 503)
        setting.upstream.will(busy, [*SILENCES[said], Hold()])
        answer = await setting.http.post(PATH, json={**ASK, "stream": True})
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (504, "2")


async def test_a_stream_that_has_begun_may_last_longer() -> None:
    hold = Hold()
    async with opened(timeout="300ms") as setting, asyncio.timeout(20):
        setting.upstream.will(stream(*CHAT_STREAM[:2], hold, *CHAT_STREAM[2:]))
        async with setting.http.stream("POST", PATH, json={**ASK, "stream": True}) as answer:
            await hold.reached.wait()
            await asyncio.sleep(0.6)  # twice what it has until it begins
            hold.release.set()
            told = (await answer.aread()).decode()
        assert told.endswith("data: [DONE]\n\n")
        assert "error" not in told


async def test_total_holds_for_a_stream_as_well() -> None:
    async with opened(timeouts={"total": "500ms"}) as setting, asyncio.timeout(8):
        setting.upstream.will(stream(*CHAT_STREAM[:2], Hold()))
        answer = await setting.http.post(PATH, json={**ASK, "stream": True})
        assert answer.status_code == 200
        assert "total limit" in answer.text


async def test_first_byte_holds_for_a_whole_answer_where_it_is_set() -> None:
    async with opened(timeouts={"first_byte": "300ms"}) as setting, asyncio.timeout(8):
        setting.upstream.will([Hold()])
        answer = await setting.http.post(PATH, json=ASK)
        assert (answer.status_code, "first byte limit" in answer.text) == (504, True)


async def test_what_failed_tells_who_was_asked_and_how_often() -> None:
    async with opened(max_retries=1, timeout="5s") as setting:
        setting.upstream.will([HEAD % (200, b"application/json"), b"zz\r\n"])
        answer = await setting.http.post(PATH, json=ASK)
        assert answer.status_code == 502
        assert answer.headers["x-plano-model"] == "openai/gpt-4o"
        assert answer.headers["x-plano-attempts"] == "1"


async def test_waits_between_tries_are_not_counted_as_ours() -> None:
    async with opened(max_retries=1) as setting:
        setting.upstream.will(whole({"error": {"message": "busy"}}, 503), whole(CHAT))
        answer = await setting.http.post(PATH, json=ASK)
        timing = {
            name: float(value)
            for name, _, value in (
                each.strip().partition(";dur=") for each in answer.headers["server-timing"].split(",")
            )
        }
        assert timing["retries"] > 200 > timing["gateway"]  # the wait is 250 ms at least, however fast the machine
        assert set(timing) == {"gateway", "retries", "upstream"}
