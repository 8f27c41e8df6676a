"""What goes wrong upstream, and what a client of each API is told of it."""

import asyncio
import gzip
import json

import httpx2
import pytest

from tests.gateway.conftest import Setting
from tests.support.answers import (
    CHAT,
    CHAT_DONE,
    CHAT_STREAM,
    MESSAGES,
    MESSAGES_START,
    MESSAGES_STREAM,
    chat_chunk,
    messages_event,
)
from tests.support.upstream import Cut, Hold, Step, stream, whole

PATHS = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
MODELS = {"chat": "openai/gpt-4o", "messages": "anthropic/claude-sonnet-4-5"}
BEGINNINGS = {"chat": CHAT_STREAM[:2], "messages": MESSAGES_STREAM[:4]}
PAIRS = [(client, upstream) for client in PATHS for upstream in MODELS]


def body(upstream: str, *, streaming: bool) -> dict[str, object]:
    messages = [{"role": "user", "content": "hi"}]
    return {"model": MODELS[upstream], "max_tokens": 50, "stream": streaming, "messages": messages}


async def ask(setting: Setting, client: str, upstream: str, *, streaming: bool = False) -> httpx2.Response:
    return await setting.http.post(PATHS[client], json=body(upstream, streaming=streaming))


def told(client: str, answer: httpx2.Response) -> dict[str, object]:
    """The error object, wherever this API keeps it."""
    content = answer.json()
    if client == "messages":
        assert content["type"] == "error"
    error: dict[str, object] = content["error"]
    return error


def failure_in(client: str, content: bytes) -> dict[str, object]:
    """The error that the last event of a stream tells."""
    last = content.rstrip(b"\n").split(b"\n\n")[-1]
    if client == "messages":
        assert last.startswith(b"event: error\n")
    error: dict[str, object] = json.loads(last.partition(b"data: ")[2])["error"]
    return error


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_breaks_off_ends_with_an_error_event(setting: Setting, client: str, upstream: str) -> None:
    setting.upstream.will(stream(*BEGINNINGS[upstream], Cut()))
    answer = await ask(setting, client, upstream, streaming=True)
    assert answer.status_code == 200
    assert b"Hello" in answer.content
    assert failure_in(client, answer.content)["message"]
    assert b"[DONE]" not in answer.content
    assert b"message_stop" not in answer.content


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_ends_too_early_ends_with_an_error_event(
    setting: Setting, client: str, upstream: str
) -> None:
    setting.upstream.will(stream(*BEGINNINGS[upstream]))
    answer = await ask(setting, client, upstream, streaming=True)
    assert "complete" in str(failure_in(client, answer.content)["message"])


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_half_an_event_does_not_hide_the_error_event(setting: Setting, client: str, upstream: str) -> None:
    half = BEGINNINGS[upstream][-1][:40]
    setting.upstream.will(stream(*BEGINNINGS[upstream], half, Cut()))
    answer = await ask(setting, client, upstream, streaming=True)
    assert failure_in(client, answer.content)["message"]


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_begins_with_an_error_is_an_error_with_a_status(
    setting: Setting, client: str, upstream: str
) -> None:
    if upstream == "chat":
        event = b'data: {"error":{"message":"too busy","code":429}}\n\n'
    else:
        event = messages_event("error", error={"type": "rate_limit_error", "message": "too busy"})
    setting.upstream.will(stream(event))
    answer = await ask(setting, client, upstream, streaming=True)
    assert answer.status_code == 429
    assert told(client, answer)["message"] == "too busy"


@pytest.mark.parametrize("streaming_upstream", ["chat", "messages"])
@pytest.mark.parametrize("client", PATHS)
async def test_an_error_is_the_first_word_whatever_came_before_it_and_however_it_was_cut(
    setting: Setting, client: str, streaming_upstream: str
) -> None:
    if streaming_upstream == "chat":
        before = (b": OPENROUTER PROCESSING\n\n", chat_chunk({"role": "assistant", "content": ""}))
        event = b'data: {"error":{"message":"too busy","code":429}}\n\n'
    else:
        before = (MESSAGES_START, messages_event("ping"))
        event = messages_event("error", error={"type": "rate_limit_error", "message": "too busy"})
    for cut in (3, 20, len(event) - 1):
        setting.upstream.will(stream(*before, event[:cut], event[cut:]))
        answer = await ask(setting, client, streaming_upstream, streaming=True)
        assert (answer.status_code, told(client, answer)["message"]) == (429, "too busy")


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_dies_before_it_says_anything_is_a_bad_gateway(
    setting: Setting, client: str, upstream: str
) -> None:
    beginning = MESSAGES_START if upstream == "messages" else chat_chunk({"role": "assistant", "content": ""})
    for script in (stream(beginning), stream(beginning, Cut())):
        setting.upstream.will(script)
        answer = await ask(setting, client, upstream, streaming=True)
        assert answer.status_code == 502


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_model_that_thinks_for_long_does_not_keep_the_client_waiting(
    setting: Setting, client: str, upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planoai.gateway.opening.HOLD", 0.05)
    hold = Hold()
    whole_stream = CHAT_STREAM if upstream == "chat" else MESSAGES_STREAM
    setting.upstream.will(stream(whole_stream[0], hold, *whole_stream[1:]))
    async with setting.http.stream(
        "POST", PATHS[client], json=body(upstream, streaming=True)
    ) as answer:  # its status is here although the upstream waits
        assert answer.status_code == 200
        hold.release.set()
        assert b"Hello" in b"".join([chunk async for chunk in answer.aiter_bytes()])


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_failed_answer_with_status_200_is_a_failure(setting: Setting, client: str, upstream: str) -> None:
    failure = {"error": {"message": "no credits", "code": 402, "type": "billing_error"}}
    setting.upstream.will(whole(failure))
    answer = await ask(setting, client, upstream)
    assert answer.status_code == 402
    assert told(client, answer)["message"] == "no credits"


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@pytest.mark.parametrize("garbage", [b"<html>sign in</html>", b"", b"[]", b'{"half":'])
async def test_an_answer_that_can_not_be_read_is_a_bad_gateway(
    setting: Setting, client: str, upstream: str, garbage: bytes
) -> None:
    setting.upstream.will(whole(garbage, headers={"content-type": "text/html"}))
    answer = await ask(setting, client, upstream)
    assert answer.status_code == 502
    assert told(client, answer)["message"]


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
async def test_a_status_stays_and_its_words_are_those_of_the_client(
    setting: Setting, client: str, upstream: str, status: int
) -> None:
    theirs: dict[str, object] = {"error": {"type": "some_error", "message": "what happened"}}
    if upstream == "messages":
        theirs["type"] = "error"
    setting.upstream.will(whole(theirs, status, {"retry-after": "3"}))
    answer = await ask(setting, client, upstream)
    assert answer.status_code == status
    assert told(client, answer)["message"] == "what happened"
    assert answer.headers["retry-after"] == "3"


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_compressed_answer_that_nobody_asked_for_is_read_all_the_same(
    setting: Setting, client: str, upstream: str
) -> None:
    packed = gzip.compress(json.dumps(CHAT if upstream == "chat" else MESSAGES).encode())
    setting.upstream.will(whole(packed, headers={"content-encoding": "GZip"}))
    answer = await ask(setting, client, upstream)
    assert setting.upstream.asked[0].headers["accept-encoding"] == "identity"
    assert "content-encoding" not in answer.headers
    assert "Hello there." in answer.text

    busy = gzip.compress(b'{"type":"error","error":{"type":"rate_limit_error","message":"too busy"}}')
    setting.upstream.will(whole(busy, 429, headers={"content-encoding": "gzip", "retry-after": "7"}))
    answer = await ask(setting, client, upstream)
    assert (answer.status_code, told(client, answer)["message"]) == (429, "too busy")
    assert answer.headers["retry-after"] == "7"

    setting.upstream.will(whole(packed[:-9], headers={"content-encoding": "gzip"}))
    assert (await ask(setting, client, upstream)).status_code == 502


@pytest.mark.parametrize("client", PATHS)
async def test_an_html_error_page_becomes_an_error_of_the_api(setting: Setting, client: str) -> None:
    setting.upstream.will(whole(b"<html>bad gateway</html>", 502, {"content-type": "text/html"}))
    for upstream in MODELS:
        answer = await ask(setting, client, upstream)
        assert answer.status_code == 502
        assert "bad gateway" in str(told(client, answer)["message"])


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_an_upstream_that_ends_before_it_begins_is_a_bad_gateway(
    setting: Setting, client: str, upstream: str
) -> None:
    for script in (stream(), [Cut()]):
        setting.upstream.will(script)
        for streaming in (True, False):
            answer = await ask(setting, client, upstream, streaming=streaming)
            assert answer.status_code == 502


@pytest.mark.parametrize("client", PATHS)
async def test_an_upstream_that_is_not_there_is_a_bad_gateway(setting: Setting, client: str) -> None:
    port = setting.upstream.port
    setting.upstream.will([Cut()])
    setting.upstream.port = 0
    answer = await ask(setting, client, "chat")
    assert answer.status_code == 502
    assert str(port) in str(told(client, answer)["message"]) or told(client, answer)["message"]


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_one_json_answer_to_a_streaming_request_becomes_a_stream(
    setting: Setting, client: str, upstream: str
) -> None:
    setting.upstream.will(whole(CHAT if upstream == "chat" else MESSAGES))
    answer = await ask(setting, client, upstream, streaming=True)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert b"Hello there." in answer.content
    assert answer.content.endswith(CHAT_DONE) if client == "chat" else b"message_stop" in answer.content


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_answers_a_whole_request_becomes_one_answer(
    setting: Setting, client: str, upstream: str
) -> None:
    setting.upstream.will(stream(*(CHAT_STREAM if upstream == "chat" else MESSAGES_STREAM)))
    answer = (await ask(setting, client, upstream)).json()
    if client == "chat":
        assert answer["choices"][0]["message"]["content"] == "Hello there."
    else:
        assert answer["content"][0]["text"] == "Hello there."


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_client_that_leaves_cancels_the_upstream(setting: Setting, client: str, upstream: str) -> None:
    hold = Hold()
    setting.upstream.will(stream(*BEGINNINGS[upstream], hold))
    async with setting.http.stream("POST", PATHS[client], json=body(upstream, streaming=True)) as answer:
        assert await anext(answer.aiter_bytes())
    async with asyncio.timeout(5):
        await setting.upstream.left.wait()


@pytest.mark.parametrize("client", PATHS)
async def test_a_client_that_leaves_before_the_answer_cancels_the_upstream(setting: Setting, client: str) -> None:
    hold = Hold()
    script: list[Step] = [hold]
    setting.upstream.will(script)
    asking = asyncio.ensure_future(ask(setting, client, "chat"))
    await hold.reached.wait()
    asking.cancel()
    async with asyncio.timeout(5):
        await setting.upstream.left.wait()


async def test_events_arrive_as_they_come_not_at_the_end(setting: Setting) -> None:
    hold = Hold()
    setting.upstream.will(stream(chat_chunk({"content": "first"}), hold, chat_chunk({}, "stop"), CHAT_DONE))
    for client in PATHS:
        hold.release.clear()
        seen = b""
        async with setting.http.stream("POST", PATHS[client], json=body("chat", streaming=True)) as answer:
            async for chunk in answer.aiter_bytes():
                seen += chunk
                if b"first" in seen:
                    hold.release.set()
        assert b"stop" in seen


async def test_a_silent_stream_is_kept_alive(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planoai.gateway.pulse.SILENCE", 0.05)
    for client, ping in (("chat", b": keep-alive\n\n"), ("messages", b'event: ping\ndata: {"type": "ping"}\n\n')):
        for upstream in MODELS:
            hold = Hold()
            setting.upstream.will(stream(*BEGINNINGS[upstream], hold))
            seen = b""
            async with setting.http.stream("POST", PATHS[client], json=body(upstream, streaming=True)) as answer:
                async for chunk in answer.aiter_bytes():
                    seen += chunk
                    if ping.replace(b" ", b"") in seen.replace(b" ", b"").removesuffix(MESSAGES_START):
                        break


async def test_a_flood_of_comments_does_not_fill_the_memory(setting: Setting) -> None:
    hold = Hold()
    setting.upstream.will(stream(b": x\n\n" * 20_000, hold))
    async with setting.http.stream(
        "POST", PATHS["chat"], json=body("chat", streaming=True)
    ) as answer:  # it is not held back until something is said
        assert answer.status_code == 200
    hold.release.set()


async def test_a_stream_without_end_is_not_collected_without_end(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planoai.gateway.answer._MOST_COLLECTED", 10_000)
    setting.upstream.will(stream(*[chat_chunk({"content": "x" * 100})] * 200, Hold()))
    answer = await ask(setting, "chat", "chat")
    assert answer.status_code == 502
    assert "larger than 10000 bytes" in str(told("chat", answer)["message"])


async def test_an_end_without_a_beginning_is_an_empty_answer_or_none(setting: Setting) -> None:
    setting.upstream.will(stream(CHAT_DONE))
    translated = await ask(setting, "messages", "chat", streaming=True)
    assert b"message_start" in translated.content
    assert b"message_stop" in translated.content
    setting.upstream.will(stream(messages_event("message_stop")))
    assert (await ask(setting, "messages", "messages", streaming=True)).status_code == 502


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_how_a_content_type_is_written_does_not_matter(setting: Setting, client: str, upstream: str) -> None:
    events = CHAT_STREAM if upstream == "chat" else MESSAGES_STREAM
    setting.upstream.will(stream(*events, headers={"content-type": "Text/Event-Stream;charset=UTF-8"}))
    answer = await ask(setting, client, upstream, streaming=True)
    assert b"Hello" in answer.content


@pytest.mark.parametrize(("client", "upstream"), PAIRS)
async def test_a_stream_that_has_not_said_anything_is_kept_alive_too(
    setting: Setting, client: str, upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planoai.gateway.opening.HOLD", 0.05)
    monkeypatch.setattr("planoai.gateway.pulse.SILENCE", 0.05)
    setting.upstream.will(stream(Hold()))
    async with setting.http.stream("POST", PATHS[client], json=body(upstream, streaming=True)) as answer:
        assert await anext(answer.aiter_bytes()) == b": keep-alive\n\n"
