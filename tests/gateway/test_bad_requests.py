"""Requests that can not be served: 400 with the path of the field at fault, in the client's own shape, and nothing is sent upstream."""

import json

import pytest

from tests.gateway.conftest import Setting

USER = {"role": "user", "content": "hi"}

CHAT_BODIES: dict[str, tuple[object, str | None]] = {
    "no messages": ({"model": "gpt-4o"}, "messages"),
    "messages null": ({"messages": None}, "messages"),
    "messages empty": ({"messages": []}, "messages"),
    "messages a string": ({"messages": "hi"}, "messages"),
    "messages an object": ({"messages": USER}, "messages"),
    "a message that is a string": ({"messages": ["hi"]}, "messages[0]"),
    "a message without a role": ({"messages": [USER, {"content": "hi"}]}, "messages[1].role"),
    "a role that is a number": ({"messages": [{"role": 1, "content": "hi"}]}, "messages[0].role"),
    "content that is a number": ({"messages": [{"role": "user", "content": 1}]}, "messages[0].content"),
    "content that is an object": ({"messages": [{"role": "user", "content": {}}]}, "messages[0].content"),
    "a part that is a string": ({"messages": [{"role": "user", "content": ["hi"]}]}, "messages[0].content[0]"),
    "a part without a type": (
        {"messages": [{"role": "user", "content": [{"text": "hi"}]}]},
        "messages[0].content[0].type",
    ),
    "a type that is a number": (
        {"messages": [{"role": "user", "content": [{"type": 1}]}]},
        "messages[0].content[0].type",
    ),
    "model a number": ({"model": 4, "messages": [USER]}, "model"),
    "model a list": ({"model": ["gpt-4o"], "messages": [USER]}, "model"),
    "stream a string": ({"stream": "yes", "messages": [USER]}, "stream"),
    "temperature a string": ({"temperature": "hot", "messages": [USER]}, "temperature"),
    "max_tokens a string": ({"max_tokens": "many", "messages": [USER]}, "max_tokens"),
    "max_tokens zero": ({"max_tokens": 0, "messages": [USER]}, "max_tokens"),
    "tools an object": ({"tools": {}, "messages": [USER]}, "tools"),
    "a tool that is a string": ({"tools": ["get"], "messages": [USER]}, "tools[0]"),
    "stop a number": ({"stop": 7, "messages": [USER]}, "stop"),
}
MESSAGES_BODIES: dict[str, tuple[object, str | None]] = {
    "no max_tokens": ({"messages": [USER]}, "max_tokens"),
    "max_tokens null": ({"max_tokens": None, "messages": [USER]}, "max_tokens"),
    "max_tokens zero": ({"max_tokens": 0, "messages": [USER]}, "max_tokens"),
    "max_tokens a string": ({"max_tokens": "9", "messages": [USER]}, "max_tokens"),
    "no messages": ({"max_tokens": 9}, "messages"),
    "messages empty": ({"max_tokens": 9, "messages": []}, "messages"),
    "a message without a role": ({"max_tokens": 9, "messages": [{"content": "hi"}]}, "messages[0].role"),
    "content that is a number": (
        {"max_tokens": 9, "messages": [{"role": "user", "content": 1}]},
        "messages[0].content",
    ),
    "a block without a type": (
        {"max_tokens": 9, "messages": [{"role": "user", "content": [{}]}]},
        "messages[0].content[0].type",
    ),
    "system a number": ({"max_tokens": 9, "system": 1, "messages": [USER]}, "system"),
    "tools a string": ({"max_tokens": 9, "tools": "all", "messages": [USER]}, "tools"),
    "stop_sequences a string": ({"max_tokens": 9, "stop_sequences": "x", "messages": [USER]}, "stop_sequences"),
    "stream a number": ({"max_tokens": 9, "stream": 1, "messages": [USER]}, "stream"),
}
NOT_EVEN_JSON: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \n",
    "half": b'{"model": "gpt-4o", "messages": [',
    "more than one": b'{"messages": []} {}',
    "a list": b"[]",
    "a string": b'"hi"',
    "null": b"null",
    "NaN": b'{"messages": [{"role": "user", "content": "hi"}], "temperature": NaN}',
    "single quotes": b"{'model': 'gpt-4o'}",
    "a byte that is not UTF-8": b'{"messages": [{"role": "user", "content": "\xff"}]}',
    "half a surrogate pair in bytes": b'{"messages": [{"role": "user", "content": "\xed\xa0\x80"}]}',
    "a null byte": b'{"messages": "\x00"}',
    "a hundred thousand brackets": b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}
MODELS = ("openai/gpt-4o", "anthropic/claude-sonnet-4-5")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CHAT_BODIES)
async def test_a_chat_body_is_refused_with_the_path(setting: Setting, case: str, model: str) -> None:
    body, param = CHAT_BODIES[case]
    assert isinstance(body, dict)
    answer = await setting.http.post("/v1/chat/completions", json={"model": model, **body})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"].startswith(param)
    assert "\n" not in error["message"]
    assert setting.upstream.asked == []


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", MESSAGES_BODIES)
async def test_a_messages_body_is_refused_with_the_path(setting: Setting, case: str, model: str) -> None:
    body, param = MESSAGES_BODIES[case]
    assert isinstance(body, dict)
    answer = await setting.http.post("/v1/messages", json={"model": model, **body})
    assert answer.status_code == 400
    content = answer.json()
    assert (content["type"], content["error"]["type"]) == ("error", "invalid_request_error")
    assert content["error"]["message"].startswith(param)
    assert content["request_id"] == answer.headers["x-request-id"]
    assert setting.upstream.asked == []


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
@pytest.mark.parametrize("case", NOT_EVEN_JSON)
async def test_a_body_that_is_not_a_json_object_is_refused(setting: Setting, case: str, path: str) -> None:
    answer = await setting.http.post(path, content=NOT_EVEN_JSON[case])
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert setting.upstream.asked == []


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_an_unknown_model_is_told_with_its_neighbours(setting: Setting, path: str) -> None:
    body = {"model": "gpt-4O-mini", "max_tokens": 9, "messages": [USER]}
    answer = await setting.http.post(path, json=body)
    assert answer.status_code == 404
    assert "'gpt-4O-mini'" in answer.json()["error"]["message"]
    assert "'gpt-4o'" in answer.json()["error"]["message"]
    assert setting.upstream.asked == []


async def test_a_prefix_never_leads_to_another_providers_model(setting: Setting) -> None:
    for name in ("anthropic/gpt-4o", "mistral/gpt-4o", "openai/claude-sonnet-4-5"):
        answer = await setting.http.post("/v1/chat/completions", json={"model": name, "messages": [USER]})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [USER], "n": 2}, "n"),
        ({"messages": [{"role": "system", "content": "only this"}]}, "messages"),
        (
            {
                "messages": [
                    {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]}
                ]
            },
            None,
        ),
        ({"messages": [USER, {"role": "tool", "content": "42"}]}, "messages[1].tool_call_id"),
    ],
)
async def test_what_the_other_api_can_not_be_asked_is_refused(
    setting: Setting, body: dict[str, object], param: str | None
) -> None:
    answer = await setting.http.post("/v1/chat/completions", json={"model": "deep", **body})
    assert answer.status_code == 400
    if param:
        assert answer.json()["error"]["param"] == param
    assert setting.upstream.asked == []


async def test_paths_and_methods_that_are_not_there(setting: Setting) -> None:
    nothing = await setting.http.post("/v1/nothing", json={})
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "not_found")
    wrong = await setting.http.get("/v1/chat/completions")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    of_anthropic = await setting.http.get("/v1/messages")
    assert (of_anthropic.status_code, json.loads(of_anthropic.content)["type"]) == (405, "error")


@pytest.mark.parametrize(
    ("path", "id_header"), [("/v1/chat/completions", "x-request-id"), ("/v1/messages", "request-id")]
)
async def test_what_the_server_refuses_by_itself_is_told_in_the_clients_words(
    setting: Setting, path: str, id_header: str
) -> None:
    answer = await setting.http.post(path, json={}, headers={"x-long": "x" * 70_000})
    assert answer.status_code == 431
    assert answer.headers[id_header]
    content = answer.json()
    assert content["error"]["message"]
    assert (content.get("type") == "error") == (path == "/v1/messages")
