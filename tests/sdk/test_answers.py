"""What an answer holds and why it ended, in every pair of APIs, as the official clients read it."""

import pytest

from tests.sdk.apis import PAIRS, UPSTREAMS
from tests.sdk.conftest import MODELS, House
from tests.sdk.talk import NO_ARGUMENTS, TOOLS, Usage

PROMPTS = {
    "text": "Hello there",
    "one character a chunk": "Grüße, 世界 🌍 [simulate chunk=1]",
    "two tools": "[simulate tools=2]",
    "two tools in turns": "[simulate tools=2 interleave chunk=3]",
    "two tools in one chunk each": "[simulate tools=2 one_chunk]",
    "text before a tool": '[simulate tools=1 text="Let me see."]',
    "thinking": '[simulate thinking="First this. Then that."]',
    "thinking, text and tools": '[simulate thinking=Hm text="Let me see." tools=2]',
    "length": "[simulate stop=length]",
    "full context": "[simulate stop=context]",
    "filtered": "[simulate stop=filter]",
    "usage": "[simulate input=100 cached=30 written=20 output=40 reasoning=15]",
    "long": "[simulate words=500]",
}

ENDS = {  # why the simulated model stopped -> what each client is told
    "end": {"chat": "stop", "messages": "end_turn", "responses": "completed"},
    "length": {"chat": "length", "messages": "max_tokens", "responses": "max_output_tokens"},
    "context": {"chat": "length", "messages": "model_context_window_exceeded", "responses": "max_output_tokens"},
    "filter": {"chat": "content_filter", "messages": "refusal", "responses": "content_filter"},
}
ONLY_LENGTH = ("chat", "responses")  # upstreams that do not tell a full context from the client's own limit
LIMITS = (
    ("chat", "max_tokens"),
    ("chat", "max_completion_tokens"),
    ("messages", "max_tokens"),
    ("responses", "max_output_tokens"),
)
STOPS = {"chat": "stop", "messages": "stop_sequences"}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_a_stream_adds_up_to_the_plain_answer(house: House, pair: tuple[str, str], prompt: str) -> None:
    talker = house.talker(*pair)
    request = talker.request(prompt, tools=TOOLS)
    plain = await talker.say(request, streamed=False)
    assert (await talker.say(request, streamed=True)).gist == plain.gist


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
async def test_an_answer_is_the_same_whatever_the_upstream_speaks(house: House, prompt: str) -> None:
    answers = []
    for pair in PAIRS:
        talker = house.talker(*pair)
        said = await talker.say(talker.request(prompt, tools=TOOLS), streamed=True)
        answers.append((said.text, said.thought, [call[1:] for call in said.calls]))
    assert answers == [answers[0]] * len(PAIRS)
    assert any(answers[0])


@pytest.mark.parametrize("end", ENDS)
async def test_each_client_is_told_in_its_own_words_why_the_answer_ended(
    house: House, pair: tuple[str, str], streamed: bool, end: str
) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request(f"Hello [simulate stop={end}]"), streamed=streamed)
    assert said.text == 'You said "Hello".'
    told = "length" if end == "context" and pair[1] in ONLY_LENGTH else end
    assert said.stop == ENDS[told][talker.api]


async def test_an_answer_has_an_id_and_names_the_model_that_gave_it(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request("Hello"), streamed=streamed)
    beginnings = {"chat": ("chatcmpl-", "msg_", "resp_"), "messages": ("msg_",), "responses": ("resp_",)}
    assert said.id.startswith(beginnings[talker.api])
    assert said.model == MODELS[pair[1]].partition("/")[2]


@pytest.mark.parametrize(("api", "upstream"), [pair for pair in PAIRS if pair[0] in STOPS and pair[1] != "responses"])
async def test_a_stop_string_cuts_the_answer(house: House, api: str, upstream: str, streamed: bool) -> None:
    """The Responses API has none."""
    talker = house.talker(api, upstream)
    request = talker.request("one STOP two") | {STOPS[api]: ["never", " STOP"]}
    said = await talker.say(request, streamed=streamed)
    assert said.text == 'You said "one'
    if talker.api == "chat":
        assert said.stop == "stop"
    elif upstream != "chat":
        assert (said.stop, said.raw.stop_sequence) == ("stop_sequence", " STOP")
    else:  # a Chat upstream does not tell a stop string from the end of an answer
        assert (said.stop, said.raw.stop_sequence) == ("end_turn", None)


@pytest.mark.parametrize(("api", "name"), LIMITS)
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_limit_on_tokens_cuts_the_answer(
    house: House, api: str, name: str, upstream: str, streamed: bool
) -> None:
    talker = house.talker(api, upstream)
    said = await talker.say(talker.request("[simulate words=100]") | {name: 20}, streamed=streamed)
    assert said.stop == ENDS["length"][api]
    assert (len(said.text), said.usage.output) == (80, 20)


async def test_the_tokens_of_every_kind_are_counted_exactly(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    """OpenAI counts cached tokens inside its input, Anthropic and Amazon beside it; and Amazon does not tell what was thought."""
    talker = house.talker(*pair)
    prompt = "[simulate input=100 cached=30 written=20 output=40 reasoning=15]"
    said = await talker.say(talker.request(prompt), streamed=streamed)
    thought = 0 if pair[1] == "converse" else 15
    assert said.usage == Usage(input=100, read=30, written=20, output=40, reasoning=thought)
    if talker.api == "messages":
        assert said.raw.usage.input_tokens == 50


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_chat_stream_tells_its_usage_only_to_those_who_ask(house: House, upstream: str) -> None:
    talker = house.talker("chat", upstream)
    stream = await house.openai.chat.completions.create(**talker.request("Hello"), stream=True)
    chunks = [chunk async for chunk in stream]
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_a_tool_without_arguments_is_called_with_an_empty_object(
    house: House, pair: tuple[str, str], streamed: bool
) -> None:
    talker = house.talker(*pair)
    said = await talker.say(talker.request("[simulate tools=1]", tools=NO_ARGUMENTS), streamed=streamed)
    [(_, name, arguments)] = said.calls
    assert (name, arguments) == ("get_status", {})
