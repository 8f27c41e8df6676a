"""What goes to an upstream beside model calls: embeddings, images, speech and whatever else is asked of a model."""

import json
from base64 import b64decode, b64encode
from struct import pack

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import APIStatusError, AsyncOpenAI

from planoai.gateway.passing import KNOWN, suffix_of
from tests.gateway.conftest import Setting, opened
from tests.support.upstream import Cut, Hold, stream, whole

VECTOR = [0.5, -0.25, 1.0]
EMBEDDING = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}],
    "model": "gpt-4o",
    "usage": {"prompt_tokens": 2, "total_tokens": 2},
}
ASKED = {"model": "fast", "input": "hi"}


def client(setting: Setting) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{setting.url}/v1", api_key="sk-of-the-client", max_retries=0)


def text(piece: str, finish: str | None = None, index: int = 0) -> bytes:
    choice = {"index": index, "text": piece, "logprobs": None, "finish_reason": finish}
    chunk = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "gpt-4o", "choices": [choice]}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


async def test_embeddings_in_both_encodings(setting: Setting) -> None:
    packed = b64encode(pack("<3f", *VECTOR)).decode()
    encoded = {**EMBEDDING, "data": [{"object": "embedding", "index": 0, "embedding": packed}]}
    setting.upstream.will(whole(encoded), whole(EMBEDDING))
    async with client(setting) as openai:
        for encoding in ("base64", "float"):
            # The library asks for base64 by itself, and unpacks it, unless it is told which one is wanted.
            named = {"encoding_format": encoding} if encoding == "float" else {}
            answer = await openai.embeddings.create(model="fast", input=["hi", "there"], **named)  # type: ignore[arg-type]
            assert answer.data[0].embedding == VECTOR
    assert [asked.target for asked in setting.upstream.asked] == ["/v1/embeddings"] * 2
    assert [asked.json["encoding_format"] for asked in setting.upstream.asked] == ["base64", "float"]
    assert all(
        asked.json["input"] == ["hi", "there"] and asked.json["model"] == "gpt-4o" for asked in setting.upstream.asked
    )
    assert all(asked.headers["authorization"] == "Bearer sk-of-ours" for asked in setting.upstream.asked)


async def test_what_is_asked_goes_on_as_it_is_but_for_the_model(setting: Setting) -> None:
    body = b'{"input":[1.0,2],"model":"fast","nobody":{"knows":1e400},"routing_preferences":[],"user":"\\u00e9"}'
    setting.upstream.will(whole(b'{"any": 1.00,  "thing": []}', headers={"x-ratelimit-limit-requests": "9"}))
    answer = await setting.http.post("/v1/embeddings?beta=1", content=body)
    assert answer.content == b'{"any": 1.00,  "thing": []}'
    assert answer.headers["x-ratelimit-limit-requests"] == "9"
    assert answer.headers["x-plano-model"] == "openai/gpt-4o"
    [asked] = setting.upstream.asked
    assert asked.body == b'{"input":[1.0,2],"model":"gpt-4o","nobody":{"knows":1e400},"user":"\\u00e9"}'
    assert asked.target == "/v1/embeddings?beta=1"


@pytest.mark.parametrize(
    ("model", "path", "target"),
    [
        ("gpt-4o", "/v1/moderations", "/v1/moderations"),
        ("openrouter/some/model", "/v1/embeddings/", "/api/v1/embeddings"),
        ("house/llama", "/v1/rerank", "/serving/v1/rerank"),
        ("house/llama", "/v1/responses/input_tokens", "/serving/v1/responses/input_tokens"),
        ("house/llama", "/v1/score/pairs", "/serving/v1/score/pairs"),  # nobody here has heard of it
    ],
)
async def test_it_goes_to_where_the_upstream_has_its_other_calls(
    setting: Setting, model: str, path: str, target: str
) -> None:
    setting.upstream.will(whole({"ok": True}, status=201))
    answer = await setting.http.post(path, json={"model": model})
    assert (answer.status_code, answer.json()) == (201, {"ok": True})
    assert setting.upstream.asked[0].target == target


async def test_completions_as_the_official_client_reads_them(setting: Setting) -> None:
    complete = {
        "id": "cmpl-1", "object": "text_completion", "created": 1, "model": "gpt-4o",
        "choices": [{"index": 0, "text": "Hello", "logprobs": None, "finish_reason": "stop"}],
    }  # fmt: skip
    setting.upstream.will(whole(complete), stream(text("Hel"), text("lo", "stop"), b"data: [DONE]\n\n"))
    async with client(setting) as openai:
        assert (await openai.completions.create(model="gpt-4o", prompt="Say hello")).choices[0].text == "Hello"
        chunks = await openai.completions.create(model="gpt-4o", prompt="Say hello", stream=True)
        assert "".join([chunk.choices[0].text async for chunk in chunks]) == "Hello"
    assert all(asked.target == "/v1/completions" for asked in setting.upstream.asked)


async def test_a_stream_of_completions_that_breaks_off_never_looks_complete(setting: Setting) -> None:
    setting.upstream.will(stream(text("Hel"), Cut()))
    answer = await setting.http.post("/v1/completions", json={"model": "gpt-4o", "prompt": "a", "stream": True})
    assert answer.content.startswith(text("Hel"))
    assert b'"error"' in answer.content
    assert b"[DONE]" not in answer.content


@pytest.mark.parametrize(
    ("asked", "complete"),
    [
        ({"prompt": "a"}, True),
        ({"prompt": "a", "n": 2}, False),
        ({"prompt": ["a", "b"]}, False),
        ({"prompt": [1, 2, 3]}, True),
        ({"prompt": [[1], [2]]}, False),
    ],
)
async def test_a_stream_of_several_completions_is_complete_with_all_of_them(
    setting: Setting, asked: dict[str, object], complete: bool
) -> None:
    setting.upstream.will(stream(text("one", "stop")))  # without its last frame
    answer = await setting.http.post("/v1/completions", json={"model": "gpt-4o", "stream": True, **asked})
    assert answer.content.endswith(b"data: [DONE]\n\n") == complete


async def test_a_stream_that_fails_at_once_has_the_status_of_a_failure(setting: Setting) -> None:
    error = {"error": {"message": "too many", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}
    failed = b"data: " + json.dumps(error).encode() + b"\n\n"
    setting.upstream.will(stream(failed), stream())
    asked = {"model": "gpt-4o", "prompt": "a", "stream": True}
    async with opened(max_retries=0) as again:
        again.upstream.will(stream(failed), stream())
        answer = await again.http.post("/v1/completions", json=asked)
        assert (answer.status_code, answer.json()["error"]["message"]) == (429, "too many")
        assert (await again.http.post("/v1/completions", json=asked)).status_code == 502


async def test_moderations_and_images_and_speech_by_the_official_client(setting: Setting) -> None:
    sound = bytes(range(256)) * 2000
    moderation = {"id": "modr-1", "model": "omni", "results": []}
    image = {"created": 1, "data": [{"b64_json": b64encode(b"png").decode()}]}
    head = {"content-type": "audio/mpeg", "content-disposition": 'attachment; filename="a.mp3"'}
    setting.upstream.will(whole(moderation), whole(image), whole(sound, headers=head))
    async with client(setting) as openai:
        assert (await openai.moderations.create(model="gpt-4o", input="hi")).id == "modr-1"
        images = await openai.images.generate(model="gpt-4o", prompt="a cat")
        assert images.data is not None
        assert b64decode(images.data[0].b64_json or "") == b"png"
        speech = await openai.audio.speech.create(model="gpt-4o", input="hi", voice="alloy")
        assert speech.content == sound
        assert speech.response.headers["content-type"] == "audio/mpeg"
        assert speech.response.headers["content-disposition"] == 'attachment; filename="a.mp3"'
    assert [asked.target for asked in setting.upstream.asked] == [
        "/v1/moderations",
        "/v1/images/generations",
        "/v1/audio/speech",
    ]


async def test_a_sound_comes_as_it_is_made(setting: Setting) -> None:
    hold = Hold()
    setting.upstream.will(stream(b"first", hold, b"second", headers={"content-type": "audio/pcm"}))
    request = setting.http.stream("POST", "/v1/audio/speech", json={"model": "gpt-4o", "input": "hi"})
    async with request as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        hold.release.set()
        assert b"".join([chunk async for chunk in chunks]) == b"second"


@pytest.mark.parametrize("kind", ["audio/mpeg", "text/event-stream"])
async def test_an_answer_that_breaks_off_is_cut(setting: Setting, kind: str) -> None:
    setting.upstream.will(stream(b"data: {}\n\n", Cut(), headers={"content-type": kind}))
    with pytest.raises(httpx2.RemoteProtocolError):
        await setting.http.post("/v1/audio/speech", json={"model": "gpt-4o", "input": "hi"})


async def test_events_that_nobody_here_knows_go_through_without_our_key(setting: Setting) -> None:
    made = b'event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image"}\n\n'
    failed = b'event: error\ndata: {"type":"error","error":{"message":"bad key sk-of-ours"}}\n\n'
    setting.upstream.will(stream(made[:30], made[30:] + failed[:50], failed[50:]))
    answer = await setting.http.post("/v1/images/generations", json={"model": "gpt-4o", "prompt": "a", "stream": True})
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.content == made + failed.replace(b"sk-of-ours", b"[key]")


async def test_an_upstreams_refusal_is_told(setting: Setting) -> None:
    error = {
        "error": {"message": "no such model, sk-of-ours", "type": "invalid_request_error", "param": None, "code": "x"}
    }
    setting.upstream.will(
        whole(error, status=404), whole(b"<html>sorry</html>", status=400, headers={"content-type": "text/html"})
    )
    async with client(setting) as openai:
        with pytest.raises(APIStatusError) as refused:
            await openai.embeddings.create(model="gpt-4o", input="hi")
    assert refused.value.status_code == 404
    assert refused.value.code == "x"
    assert "sk-of-ours" not in refused.value.response.text
    answer = await setting.http.post("/v1/embeddings", json=ASKED)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) >= {"message", "type"}


async def test_it_is_tried_again_like_a_model_call() -> None:
    async with opened(max_retries=1) as setting:
        setting.upstream.will(whole({}, status=503, headers={"retry-after-ms": "1"}), whole(EMBEDDING))
        answer = await setting.http.post("/v1/embeddings", json=ASKED)
        assert (answer.status_code, answer.headers["x-plano-attempts"]) == (200, "2")


async def test_what_a_provider_has_no_api_for_is_refused_and_not_sent(setting: Setting) -> None:
    answer = await setting.http.post("/v1/embeddings", json={"model": "deep", "input": "hi"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unsupported_parameter"
    assert "anthropic" in answer.json()["error"]["message"]
    assert "embeddings" in answer.json()["error"]["message"]
    assert setting.upstream.asked == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/embeddings", b"[]", 400),
        ("/v1/embeddings", b'{"model": 1}', 400),
        ("/v1/embeddings", b'{"model": "gpt-5"}', 404),
        ("/v1/score", b'{"input": "hi"}', 404),
        ("/v1/score", b'{"model": ""}', 404),
        ("/v1/score", b'{"model": 1}', 404),
        ("/v1/score", b"no JSON", 404),
        ("/v1/../admin", b'{"model": "gpt-4o"}', 404),
        ("/v1//admin", b'{"model": "gpt-4o"}', 404),
        ("/v1/a%2Fb", b'{"model": "gpt-4o"}', 404),
        ("/v1/" + "a" * 125, b'{"model": "gpt-4o"}', 404),
        ("/v2/embeddings", b'{"model": "gpt-4o"}', 404),
    ],
)
async def test_what_does_not_go_on(setting: Setting, path: str, body: bytes, status: int) -> None:
    url = httpx2.URL(setting.url).copy_with(raw_path=path.encode())
    answer = await setting.http.post(url, content=body)
    assert (answer.status_code, "error" in answer.json()) == (status, True)
    assert setting.upstream.asked == []


async def test_an_unknown_path_is_there_for_nothing_but_post(setting: Setting) -> None:
    assert (await setting.http.get("/v1/score")).status_code == 404
    answer = await setting.http.get("/v1/embeddings")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_forms_are_not_passed_on(setting: Setting) -> None:
    answer = await setting.http.post("/v1/audio/transcriptions", files={"file": b"sound"}, data={"model": "gpt-4o"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")
    assert setting.upstream.asked == []


async def test_a_listener_with_keys_asks_for_one() -> None:
    async with opened(client_keys=["sk-door-0123456789"]) as setting:
        setting.upstream.will(whole(EMBEDDING))
        assert (await setting.http.post("/v1/embeddings", json=ASKED)).status_code == 401
        head = {"authorization": "Bearer sk-door-0123456789"}
        assert (await setting.http.post("/v1/embeddings", json=ASKED, headers=head)).status_code == 200
        [asked] = setting.upstream.asked
        assert asked.headers["authorization"] == "Bearer sk-of-ours"


async def test_an_upstream_that_is_gone_is_told_as_for_a_model_call() -> None:
    async with opened(max_retries=0) as setting:
        setting.upstream.will([Cut()])
        answer = await setting.http.post("/v1/embeddings", json=ASKED)
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream_closed")


@pytest.mark.parametrize("suffix", sorted(KNOWN))
def test_every_path_that_is_known_can_be_asked(suffix: str) -> None:
    assert suffix_of(f"/v1/{suffix}") == suffix_of(f"/v1/{suffix}/") == suffix


@given(st.text(alphabet="/.%a1-_ ?\\é", max_size=20))
def test_a_path_that_goes_on_stays_under_its_prefix(rest: str) -> None:
    suffix = suffix_of(f"/v1/{rest}")
    if suffix is not None:
        assert all(part not in {"", ".", ".."} for part in suffix.split("/"))
        assert not set(suffix) & set("%?# \\é")
