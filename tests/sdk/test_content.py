"""Pictures, documents and system prompts, as the clients send them and as the upstream gets them."""

from typing import Any

import anthropic
import openai
import pytest

from tests.sdk import heard
from tests.sdk.apis import APIS, PAIRS, UPSTREAMS
from tests.sdk.conftest import House
from tests.sdk.talk import TOOLS, Json, Talker

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
URL = "https://example.com/cat.png"
MARK = {"type": "ephemeral"}

PICTURE = f"data:image/png;base64,{PIXEL}"
PLAN = f"data:application/pdf;base64,{PDF}"

# What is sent -> the part in the words of each client.
ATTACHED: dict[str, dict[str, Json]] = {
    "picture": {
        "chat": {"type": "image_url", "image_url": {"url": PICTURE, "detail": "auto"}},
        "messages": {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        "responses": {"type": "input_image", "image_url": PICTURE, "detail": "auto"},
    },
    "picture elsewhere": {
        "chat": {"type": "image_url", "image_url": {"url": URL, "detail": "auto"}},
        "messages": {"type": "image", "source": {"type": "url", "url": URL}},
        "responses": {"type": "input_image", "image_url": URL, "detail": "auto"},
    },
    "document": {
        "chat": {"type": "file", "file": {"filename": "plan.pdf", "file_data": PLAN}},
        "messages": {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
            "title": "plan.pdf",
        },
        "responses": {"type": "input_file", "filename": "plan.pdf", "file_data": PLAN},
    },
}
HEARD = {"picture": ("image", PICTURE), "picture elsewhere": ("image", URL), "document": ("file", PDF)}
TEXTS = {"chat": "text", "messages": "text", "responses": "input_text"}
HISTORY = {"chat": "messages", "messages": "messages", "responses": "input"}


def showing(api: str, kind: str) -> Json:
    text = {"type": TEXTS[api], "text": "What is this?"}
    return {HISTORY[api]: [{"role": "user", "content": [text, ATTACHED[kind][api], text]}]}


@pytest.mark.parametrize("kind", ATTACHED)
async def test_what_is_attached_arrives(house: House, pair: tuple[str, str], streamed: bool, kind: str) -> None:
    api, upstream = pair
    talker = house.talker(api, upstream)
    request = talker.request("") | showing(api, kind)
    if (kind, upstream) == ("picture elsewhere", "converse"):
        await assert_not_fetched(house, talker, request, streamed=streamed)
        return
    said = await talker.say(request, streamed=streamed)
    assert said.text.replace("\n", " ") == 'You said "What is this? What is this?".'
    [sent] = house.asked
    text = ("user", "text", "What is this?")
    assert heard.conversation(upstream, sent.json) == [text, ("user", *HEARD[kind]), text]
    if upstream in APIS:  # word for word
        assert sent.json[HISTORY[upstream]][0]["content"][1] == ATTACHED[kind][upstream]


async def assert_not_fetched(house: House, talker: Talker, request: Json, *, streamed: bool) -> None:
    """Amazon takes bytes only, and nothing is fetched for it."""
    with pytest.raises((openai.BadRequestError, anthropic.BadRequestError), match="content"):
        await talker.say(request, streamed=streamed)
    assert house.asked == []


async def test_a_text_document_is_read_out_to_an_upstream_that_takes_no_text_files(house: House) -> None:
    talker = house.talker("messages", "chat")
    source = {"type": "text", "media_type": "text/plain", "data": "All is well."}
    content = [{"type": "document", "source": source, "title": "Report"}, {"type": "text", "text": "And?"}]
    await talker.say(talker.request("") | {"messages": [{"role": "user", "content": content}]}, streamed=False)
    assert house.asked[0].json["messages"][0]["content"] == [
        {"type": "text", "text": "Report\nAll is well."},
        {"type": "text", "text": "And?"},
    ]


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_every_system_message_arrives(house: House, api: str, upstream: str, streamed: bool) -> None:
    """Messages and Converse have one place for them, before all else."""
    talker = house.talker(api, upstream)
    history = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": TEXTS[api], "text": "Be kind."}]},
        {"role": "user", "content": "Hello"},
        {"role": "system", "content": "Be quick."},
        {"role": "user", "content": "there"},
    ]
    await talker.say(talker.request("") | {HISTORY[api]: history}, streamed=streamed)
    sent = house.asked[0].json
    assert heard.system(upstream, sent).split() == ["Be", "brief.", "Be", "kind.", "Be", "quick."]
    users = [each.value for each in heard.conversation(upstream, sent) if each.role == "user"]
    assert users == ["Hello", "there"]
    if upstream in ("messages", "converse"):
        assert [message["role"] for message in sent["messages"]] == ["user"]


@pytest.mark.parametrize(
    "system",
    [
        "Be brief.\nBe kind.",
        [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind.", "cache_control": MARK}],
    ],
    ids=["text", "blocks with a cache mark"],
)
async def test_the_system_prompt_of_a_messages_client_arrives(house: House, streamed: bool, system: Any) -> None:
    for upstream in UPSTREAMS:
        talker = house.talker("messages", upstream)
        await talker.say(talker.request("Hello", system=system), streamed=streamed)
    chat, messages, responses, converse = (asked.json for asked in house.asked)
    assert messages["system"] == system
    assert chat["messages"][0] == {"role": "system", "content": "Be brief.\nBe kind."}
    assert responses["instructions"] == "Be brief.\nBe kind."
    assert heard.system("converse", converse) == "Be brief.\nBe kind."
    assert ("cachePoint" in converse["system"][-1]) is isinstance(system, list)


async def test_cache_marks_reach_those_who_know_them_and_nobody_else(house: House, streamed: bool) -> None:
    tool = {"name": "get_time", "input_schema": TOOLS["get_time"], "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    content = [{"type": "text", "text": "Hello", "cache_control": MARK}]
    for upstream in UPSTREAMS:
        talker = house.talker("messages", upstream)
        request = talker.request("") | {"messages": [{"role": "user", "content": content}], "tools": [tool]}
        await talker.say(request, streamed=streamed)
    chat, messages, responses, converse = house.asked
    assert b"cache_control" not in chat.body + responses.body + converse.body
    assert converse.json["messages"][0]["content"][1:] == [{"cachePoint": {"type": "default"}}]
    assert converse.json["toolConfig"]["tools"][1:] == [{"cachePoint": {"type": "default", "ttl": "1h"}}]
    assert messages.json["messages"][0]["content"] == content
    assert messages.json["tools"] == [tool]


async def test_a_beginning_of_the_answer_can_be_given(house: House, pair: tuple[str, str], streamed: bool) -> None:
    api, upstream = pair
    talker = house.talker(api, upstream)
    history = [{"role": "user", "content": "Count"}, {"role": "assistant", "content": "One, two,"}]
    await talker.say(talker.request("") | {HISTORY[api]: history}, streamed=streamed)
    sent = heard.conversation(upstream, house.asked[0].json)
    assert sent == [("user", "text", "Count"), ("assistant", "text", "One, two,")]


@pytest.mark.parametrize(("api", "upstream"), [pair for pair in PAIRS if pair[1] != "converse"])
async def test_who_the_user_is_arrives(house: House, api: str, upstream: str) -> None:
    """Amazon has no place for it."""
    talker = house.talker(api, upstream)
    words: Json = {"metadata": {"user_id": "u-1"}} if api == "messages" else {"user": "u-1"}
    await talker.say(talker.request("Hi", **words), streamed=False)
    assert heard.user(upstream, house.asked[0].json) == "u-1"
