"""What the simulated provider does on the wire: limits, delays, cuts, errors, paths and models."""

import asyncio
from typing import Any

import httpx2
import pytest

from planoai.simulate import Options, simulating
from tests.simulate.decoder import decoded

PATHS = {
    "chat": "/v1/chat/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
    "converse": "/model/claude/converse-stream",
}


def body(api: str, text: str = "Hello", *, stream: bool = True) -> dict[str, Any]:
    said = [{"role": "user", "content": [{"text": text}] if api == "converse" else text}]
    if api == "converse":
        return {"messages": said}
    own: dict[str, dict[str, Any]] = {
        "chat": {"messages": said},
        "messages": {"messages": said, "max_tokens": 999},
        "responses": {"input": text},
    }
    return {"model": "m", "stream": stream, **own[api]}


async def post(
    http: httpx2.AsyncClient, api: str, text: str = "Hello", *, stream: bool = True, **headers: str
) -> httpx2.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await http.post(PATHS[api], json=body(api, text, stream=stream), headers=sent)


@pytest.mark.parametrize("api", PATHS)
async def test_a_header_and_a_directive_change_the_answer_and_the_directive_wins(
    http: httpx2.AsyncClient, api: str
) -> None:
    header = await post(http, api, x_simulate="text=from the header; chunk=99")
    assert b"from the header" in header.content
    both = await post(http, api, "[simulate text='from the text']", x_simulate="text=from the header; chunk=99")
    assert b"from the text" in both.content


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize("where", ["x-simulate", "[simulate ...]"])
async def test_a_bad_directive_names_the_key_and_what_would_be_right(
    http: httpx2.AsyncClient, api: str, where: str
) -> None:
    if where == "x-simulate":
        answer = await post(http, api, x_simulate="chunk=none")
    else:
        answer = await post(http, api, "[simulate chunk=none]")
    assert answer.status_code == 400
    assert f"{where}: chunk takes a whole number, 1 or more, not 'none'" in answer.text


async def until_it_breaks(http: httpx2.AsyncClient, path: str, request: dict[str, Any]) -> bytes:
    """What came before the connection was lost; it must be lost."""
    got = b""
    async with http.stream("POST", path, json=request) as answer:
        assert answer.status_code == 200
        try:
            async for part in answer.aiter_raw():
                got += part
        except httpx2.RemoteProtocolError as error:
            assert "incomplete chunked read" in str(error)  # noqa: PT017  # what came before counts as well
            return got
    pytest.fail("the stream looked complete")


@pytest.mark.parametrize("api", PATHS)
async def test_a_cut_stream_never_looks_complete(http: httpx2.AsyncClient, api: str) -> None:
    whole = (await post(http, api, "Hello [simulate chunk=4]")).content
    for cut in ("cut=0", "cut=2", "cut=2 cut_inside", "cut=99"):
        got = await until_it_breaks(http, PATHS[api], body(api, f"Hello [simulate chunk=4 {cut}]"))
        assert 0 < len(got) < len(whole)
        assert (b"You " in got) is (cut != "cut=0")


async def test_a_plain_answer_is_cut_half_way(http: httpx2.AsyncClient) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        await post(http, "chat", "[simulate cut=0]", stream=False)


@pytest.mark.parametrize("api", PATHS)
async def test_a_hangup_sends_nothing(http: httpx2.AsyncClient, api: str) -> None:
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        await post(http, api, "[simulate hangup]")


TERMINATORS = {
    "chat": b"data: [DONE]\n\n",
    "messages": b'event: message_stop\ndata: {"type":"message_stop"',
    "responses": b'event: response.completed\ndata: {"type":"response.completed","sequence_number":0',
}


@pytest.mark.parametrize("api", PATHS)
async def test_an_empty_stream_has_its_terminator_only(http: httpx2.AsyncClient, api: str) -> None:
    answer = await post(http, api, "[simulate empty]")
    if api == "converse":
        assert [headers[":event-type"] for headers, _ in decoded(answer.content)] == ["messageStop"]
    else:
        assert answer.content.startswith(TERMINATORS[api])
        assert answer.content.count(b"\n\n") == 1


BROKEN = {"chat": b'data: {"error":', "messages": b"event: error\n", "responses": b"event: response.failed\n"}


@pytest.mark.parametrize("api", PATHS)
async def test_an_error_in_a_stream_is_its_last_event(http: httpx2.AsyncClient, api: str) -> None:
    answer = await post(http, api, "Hello [simulate chunk=4 error=503 error_after=1]")
    assert answer.status_code == 200
    if api == "converse":
        frames = decoded(answer.content)
        assert [headers[":message-type"] for headers, _ in frames] == ["event", "event", "exception"]
        assert frames[-1][0][":exception-type"] == "serviceUnavailableException"
    else:
        assert BROKEN[api] in answer.content
        assert b"[DONE]" not in answer.content
        assert b"message_stop" not in answer.content
        assert b"response.completed" not in answer.content


async def test_an_error_after_chunks_refuses_a_plain_request(http: httpx2.AsyncClient) -> None:
    assert (await post(http, "chat", "[simulate error_after=3]", stream=False)).status_code == 500


async def test_errors_have_the_shape_and_the_headers_of_each_vendor(http: httpx2.AsyncClient) -> None:
    chat = await post(http, "chat", "[simulate error=429]")
    assert chat.headers["retry-after"] == "1"
    assert chat.json()["error"]["type"] == "requests"
    messages = await post(http, "messages", "[simulate error=529]")
    assert messages.json()["error"] == {"type": "overloaded_error", "message": "Overloaded"}
    converse = await post(http, "converse", "[simulate error=429]")
    assert converse.headers["x-amzn-errortype"].startswith("ThrottlingException:")
    assert converse.json() == {"message": "Too many requests, please wait before trying again."}
    page = await post(http, "responses", "[simulate error=502]")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    assert page.text.startswith("<html>")


@pytest.mark.parametrize(
    ("api", "limit", "remaining"),
    [
        ("chat", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"),
        ("messages", "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining"),
    ],
)
async def test_a_rate_is_counted_down_and_then_refused(
    http: httpx2.AsyncClient, api: str, limit: str, remaining: str
) -> None:
    answers = [await post(http, api, x_simulate="rate=2") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers[limit] for answer in answers] == ["2", "2", "2"]
    assert [answer.headers[remaining] for answer in answers] == ["1", "0", "0"]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60


async def test_a_delayed_answer_holds_up_no_other(http: httpx2.AsyncClient) -> None:
    slow = asyncio.create_task(post(http, "chat", "[simulate delay=3600]"))
    assert (await post(http, "chat")).status_code == 200
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


@pytest.mark.parametrize("api", ["chat", "messages", "responses"])
async def test_a_paced_stream_sends_its_first_chunk_at_once(http: httpx2.AsyncClient, api: str) -> None:
    got = b""
    async with http.stream("POST", PATHS[api], json=body(api, "Hello [simulate pace=3600]")) as answer:
        async for part in answer.aiter_raw():
            got += part
            if b"You said" in got:
                break
    assert b"Hello" not in got


async def test_a_key_is_demanded_where_one_is_set() -> None:
    async with simulating(Options(key="secret")) as url, httpx2.AsyncClient(base_url=url) as http:
        for api, path in PATHS.items():
            wrong = await http.post(
                path, json=body(api), headers={"anthropic-version": "2023-06-01", "x-api-key": "other"}
            )
            assert wrong.status_code == (403 if api == "converse" else 401)
        for headers in ({"authorization": "Bearer secret"}, {"x-api-key": "secret"}, {"api-key": "secret"}):
            right = await http.post(
                PATHS["messages"], json=body("messages"), headers={"anthropic-version": "1", **headers}
            )
            assert right.status_code == 200


async def test_only_the_models_there_are_answer_and_are_listed() -> None:
    async with simulating(Options(models=("a", "b"))) as url, httpx2.AsyncClient(base_url=url) as http:
        refused = await post(http, "chat")
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "model_not_found")
        assert "`m`" in refused.json()["error"]["message"]
        answered = await http.post(PATHS["chat"], json=body("chat") | {"model": "b"})
        assert answered.status_code == 200
        assert [model["id"] for model in (await http.get("/v1/models")).json()["data"]] == ["a", "b"]
        assert (await http.get("/v1/models/b")).json()["object"] == "model"
        assert (await http.get("/v1/models/c")).status_code == 404
        anthropic = (await http.get("/v1/models", headers={"anthropic-version": "2023-06-01"})).json()
        assert (anthropic["first_id"], anthropic["last_id"], anthropic["has_more"]) == ("a", "b", False)


async def test_paths_that_speak_no_api_say_so(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert (await http.head("/")).status_code == 200
    openai = {"anthropic-version": ""}
    unknown = await http.post("/v1/nothing", json={}, headers=openai)
    assert (unknown.status_code, unknown.json()["type"]) == (404, "error")
    http.headers.pop("anthropic-version")
    assert (await http.post("/v1/nothing", json={})).json()["error"]["message"] == "Invalid URL (POST /v1/nothing)"
    assert (await http.get(PATHS["chat"])).status_code == 405
    assert (await http.post("/v1/models", json={})).json()["error"]["code"] == "method_not_supported"


async def test_azure_takes_the_model_from_the_path(http: httpx2.AsyncClient) -> None:
    request = {name: value for name, value in body("chat", stream=False).items() if name != "model"}
    answer = await http.post("/openai/deployments/gpt-5/chat/completions?api-version=2024-10-21", json=request)
    assert (answer.status_code, answer.json()["model"]) == (200, "gpt-5")
    assert answer.json()["choices"][0]["content_filter_results"]
    assert "apim-request-id" in answer.headers


async def test_streams_are_typed_and_every_answer_has_an_id(http: httpx2.AsyncClient) -> None:
    types = {"converse": "application/vnd.amazon.eventstream"}
    names = {"messages": "request-id", "converse": "x-amzn-requestid"}
    for api in PATHS:
        first, second = await post(http, api), await post(http, api)
        assert first.headers["content-type"] == types.get(api, "text/event-stream; charset=utf-8")
        name = names.get(api, "x-request-id")
        assert first.headers[name] != second.headers[name]
