"""Answers that must be JSON of a given shape, and answers that refuse."""

import json
from typing import Any

import pytest
from pydantic import BaseModel

from tests.sdk import heard
from tests.sdk.apis import APIS, UPSTREAMS
from tests.sdk.conftest import House, Stage
from tests.support.answers import CHAT, CHAT_DONE, CHAT_USAGE, chat_chunk
from tests.support.upstream import stream, whole

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
WORDS: dict[str, dict[str, Any]] = {
    "chat": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
    },
    "messages": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    "responses": {"text": {"format": {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True}}},
}
SORRY = "I can not help with that."


class Forecast(BaseModel):
    city: str
    days: int


async def test_the_shape_of_an_answer_is_asked_for_in_the_upstreams_words(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request("Weather?") | WORDS[talker.api], streamed=streamed)
    assert json.loads(said.text).keys() == {"city", "days"}
    sent = house.asked[0].json
    assert heard.shape(pair[1], sent) == SCHEMA
    if pair[1] in APIS:
        assert {name: sent[name] for name in WORDS[pair[1]]} == WORDS[pair[1]]


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_openais_client_parses_the_answer_into_a_class(house: House, upstream: str) -> None:
    completions = house.openai.chat.completions
    request: dict[str, Any] = house.talker("chat", upstream).request("Weather?")
    plain = await completions.parse(**request, response_format=Forecast)
    assert isinstance(plain.choices[0].message.parsed, Forecast)
    async with completions.stream(**request, response_format=Forecast) as streaming:
        final = await streaming.get_final_completion()
    assert final.choices[0].message.parsed == plain.choices[0].message.parsed


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_openais_client_parses_a_response_into_a_class(house: House, upstream: str) -> None:
    request: dict[str, Any] = house.talker("responses", upstream).request("Weather?")
    plain = await house.openai.responses.parse(**request, text_format=Forecast)
    assert isinstance(plain.output_parsed, Forecast)
    async with house.openai.responses.stream(**request, text_format=Forecast) as streaming:
        final = await streaming.get_final_response()
    assert final.output_parsed == plain.output_parsed


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_anthropics_client_parses_the_answer_into_a_class(house: House, upstream: str) -> None:
    request: dict[str, Any] = house.talker("messages", upstream).request("Weather?")
    plain = await house.anthropic.messages.parse(**request, output_format=Forecast)
    assert isinstance(plain.parsed_output, Forecast)
    async with house.anthropic.messages.stream(**request, output_format=Forecast) as streaming:
        final = await streaming.get_final_message()
    assert final.parsed_output == plain.parsed_output


async def test_a_model_that_knows_no_schemas_is_told_in_words(house: House) -> None:
    talker = house.talker_to("chat", "anthropic/claude-3-5-haiku-latest")
    await talker.say(talker.request("Weather?", **WORDS["chat"]), streamed=False)
    sent = house.asked[0].json
    assert "output_config" not in sent
    assert json.dumps(SCHEMA, separators=(",", ":")) in sent["system"].replace(", ", ",").replace(": ", ":")


@pytest.mark.parametrize("api", APIS)
async def test_a_refusal_in_the_models_words_is_told_as_one(stage: Stage, streamed: bool, api: str) -> None:
    """Chat has a field of its own for it, Messages a reason to stop, Responses a part of a message."""
    message = {"role": "assistant", "content": None, "refusal": SORRY}
    plain = whole(CHAT | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    pieces = [chat_chunk({"role": "assistant", "content": None, "refusal": ""})]
    pieces += [chat_chunk({"refusal": piece}) for piece in ("I can not ", "help with that.")]
    stage.upstream.will(stream(*pieces, chat_chunk({}, "stop"), CHAT_USAGE, CHAT_DONE) if streamed else plain)
    talker = stage.house.talker(api, "chat")
    said = await talker.say(talker.request("Hi"), streamed=streamed)
    match api:
        case "chat":
            assert (said.raw.refusal, said.text, said.stop) == (SORRY, "", "stop")
        case "messages":
            assert (said.text, said.stop) == (SORRY, "refusal")
        case _:
            [message] = said.raw.output
            assert [(part.type, part.refusal) for part in message.content] == [("refusal", SORRY)]
            assert (said.text, said.stop) == ("", "completed")
