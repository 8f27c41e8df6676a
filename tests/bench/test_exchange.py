import json

import pytest
from bench.exchange import API, PATHS, Address, Exchange, lateness_ns, percentile
from bench.script import CHUNKS, TEXT

PIECES = b"".join(b'data: {"text":"@%020d@"}\n\n' % at for at in range(CHUNKS))
CHAT_END = b'data: {"choices":[],"usage":{"prompt_tokens":412,"completion_tokens":96}}\n\ndata: [DONE]\n\n'
MESSAGES_END = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
DELTAS = b'event: x\ndata: {"type":"response.output_text.delta","delta":"@%020d@"}\n\n' % 7 * CHUNKS
RESPONSES_END = b'event: x\ndata: {"type":"response.completed","response":{"text":"%b"}}\n\n' % (b"@" * 900)


def chat_answer(text: str = TEXT, tokens: tuple[int, int] = (412, 96)) -> bytes:
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return json.dumps({"choices": [{"message": {"content": text}}], "usage": usage}).encode()


@pytest.mark.parametrize("api", PATHS)
def test_a_request_is_about_two_kilobytes_of_http(api: API) -> None:
    exchange = Exchange(api, stream=True, pace_ms=20)
    head, _, body = exchange.request(Address(1)).partition(b"\r\n\r\n")
    assert b"\r\nhost: 127.0.0.1:1\r\n" in head
    assert f"content-length: {len(body)}".encode() in head
    assert 1500 < len(body) < 2500
    assert "[pace=20ms]" in json.loads(body)["input" if api == "responses" else "messages"][-1]["content"]


def test_a_request_carries_what_its_target_wants_besides() -> None:
    address = Address(1, headers=(("x-portkey-provider", "openai"),))
    assert b"\r\nx-portkey-provider: openai\r\n" in Exchange().request(address)


def test_usage_is_asked_for_only_where_the_row_says_so() -> None:
    assert json.loads(Exchange(stream=True, include_usage=True).body())["stream_options"] == {"include_usage": True}
    assert "stream_options" not in json.loads(Exchange(stream=True).body())


@pytest.mark.parametrize(
    ("answer", "flaw"),
    [
        (chat_answer(), None),
        (chat_answer(text="other"), "the text of the answer is not the upstream's"),
        (chat_answer(tokens=(1, 96)), "the usage is (1, 96), and should be (412, 96)"),
    ],
)
def test_a_whole_answer_must_say_what_the_upstream_said(answer: bytes, flaw: str | None) -> None:
    assert Exchange().flaw(200, answer) == flaw


def test_an_answer_of_another_shape_or_status_is_quoted() -> None:
    assert "'content'" in str(Exchange(api="messages").flaw(200, chat_answer()))
    assert Exchange().flaw(502, b"no upstream") == "status 502: no upstream"


@pytest.mark.parametrize(
    ("exchange", "answer", "flaw"),
    [
        (Exchange(stream=True, include_usage=True), PIECES + CHAT_END, None),
        (Exchange(stream=True), PIECES + b"data: [DONE]\n\n", None),
        (Exchange(stream=True), PIECES + CHAT_END, "usage was told, and was not asked for"),
        (
            Exchange(stream=True, include_usage=True),
            PIECES + b"data: [DONE]\n\n",
            "usage was not told, and was asked for",
        ),
        (Exchange(stream=True), PIECES, "a stream ended without [DONE]"),
        (Exchange(stream=True), PIECES[PIECES.index(b"\n\n") + 2 :] + b"data: [DONE]\n\n", "49 pieces of 50 arrived"),
        (Exchange(api="messages", stream=True), PIECES + MESSAGES_END, None),
        (Exchange(api="messages", stream=True), PIECES + b"data: [DONE]\n\n", "a stream ended without message_stop"),
        (Exchange(api="responses", stream=True), DELTAS + RESPONSES_END, None),
        (Exchange(api="responses", stream=True), DELTAS + MESSAGES_END, "a stream ended without response.completed"),
        (Exchange(api="responses", stream=True), PIECES + RESPONSES_END, "0 pieces of 50 arrived"),
    ],
)
def test_a_stream_must_have_every_piece_and_its_own_end(exchange: Exchange, answer: bytes, flaw: str | None) -> None:
    assert exchange.flaw(200, answer) == flaw


def test_a_piece_arrives_with_its_last_byte() -> None:
    stream = b"x@%020d@y@%020d@z" % (100, 200)
    assert lateness_ns([stream], [1000]) == [900, 800]
    assert lateness_ns([stream[:10], stream[10:30], stream[30:]], [1000, 2000, 3000]) == [1900, 2800]
    assert lateness_ns([], []) == []


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (50, 99, 7)
