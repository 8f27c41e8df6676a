"""Pictures, documents and system prompts, as the clients send them and as the upstream gets them."""

from typing import Any

import pytest

from tests.sdk.conftest import House
from tests.sdk.talk import TOOLS, Json

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PDF = "JVBERi0xLjQKJSVFT0YK"
URL = "https://example.com/cat.png"
MARK = {"type": "ephemeral"}

# What is sent -> the part in Chat's words and in those of Messages. What goes to the other API may say a little more, or less.
ATTACHED: dict[str, tuple[Json, Json]] = {
    "picture": (
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}", "detail": "auto"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
    ),
    "picture elsewhere": (
        {"type": "image_url", "image_url": {"url": URL, "detail": "auto"}},
        {"type": "image", "source": {"type": "url", "url": URL}},
    ),
    "document": (
        {"type": "file", "file": {"filename": "plan.pdf", "file_data": f"data:application/pdf;base64,{PDF}"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
            "title": "plan.pdf",
        },
    ),
}


@pytest.mark.parametrize("kind", ATTACHED)
async def test_what_is_attached_arrives(house: House, pair: tuple[str, str], streamed: bool, kind: str) -> None:
    talker = house.talker(*pair)
    words = dict(zip(("chat", "messages"), ATTACHED[kind], strict=True))
    text = {"type": "text", "text": "What is this?"}
    request: Json = talker.request("")
    request["messages"] = [{"role": "user", "content": [text, words[talker.api], text]}]
    said = await talker.say(request, streamed=streamed)
    assert said.text == 'You said "What is this? What is this?".'
    [sent] = house.asked
    assert sent.json["messages"] == [{"role": "user", "content": [text, words[pair[1]], text]}]


async def test_a_text_document_is_read_out_to_an_upstream_that_takes_no_text_files(house: House) -> None:
    talker = house.talker("messages", "chat")
    source = {"type": "text", "media_type": "text/plain", "data": "All is well."}
    content = [{"type": "document", "source": source, "title": "Report"}, {"type": "text", "text": "And?"}]
    await talker.say(talker.request("") | {"messages": [{"role": "user", "content": content}]}, streamed=False)
    assert house.asked[0].json["messages"][0]["content"] == [
        {"type": "text", "text": "Report\nAll is well."},
        {"type": "text", "text": "And?"},
    ]


async def test_every_system_message_of_a_chat_client_arrives(house: House, streamed: bool) -> None:
    talker = house.talker("chat", "messages")
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind."}]},
        {"role": "user", "content": "Hello"},
        {"role": "system", "content": "Be quick."},
        {"role": "user", "content": "there"},
    ]
    await talker.say(talker.request("") | {"messages": messages}, streamed=streamed)
    sent = house.asked[0].json
    assert [block["text"] for block in sent["system"]] == ["Be brief.", "Be kind.", "Be quick."]
    assert [message["role"] for message in sent["messages"]] == ["user"]
    assert [block["text"] for block in sent["messages"][0]["content"]] == ["Hello", "there"]


@pytest.mark.parametrize(
    "system",
    [
        "Be brief.\nBe kind.",
        [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind.", "cache_control": MARK}],
    ],
    ids=["text", "blocks with a cache mark"],
)
async def test_the_system_prompt_of_a_messages_client_arrives(house: House, streamed: bool, system: Any) -> None:
    for upstream in ("chat", "messages"):
        talker = house.talker("messages", upstream)
        await talker.say(talker.request("Hello", system=system), streamed=streamed)
    chat, messages = (asked.json for asked in house.asked)
    assert messages["system"] == system
    assert chat["messages"][0] == {"role": "system", "content": "Be brief.\nBe kind."}


async def test_cache_marks_reach_those_who_know_them_and_nobody_else(house: House, streamed: bool) -> None:
    tool = {"name": "get_time", "input_schema": TOOLS["get_time"], "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    content = [{"type": "text", "text": "Hello", "cache_control": MARK}]
    for upstream in ("chat", "messages"):
        talker = house.talker("messages", upstream)
        request = talker.request("") | {"messages": [{"role": "user", "content": content}], "tools": [tool]}
        await talker.say(request, streamed=streamed)
    chat, messages = house.asked
    assert b"cache_control" not in chat.body
    assert messages.json["messages"][0]["content"] == content
    assert messages.json["tools"] == [tool]


async def test_a_beginning_of_the_answer_can_be_given(house: House, pair: tuple[str, str], streamed: bool) -> None:
    talker = house.talker(*pair)
    messages = [{"role": "user", "content": "Count"}, {"role": "assistant", "content": "One, two,"}]
    await talker.say(talker.request("") | {"messages": messages}, streamed=streamed)
    assert house.asked[0].json["messages"] == messages


async def test_who_the_user_is_arrives(house: House, pair: tuple[str, str]) -> None:
    talker = house.talker(*pair)
    words: dict[str, Json] = {"chat": {"user": "u-1"}, "messages": {"metadata": {"user_id": "u-1"}}}
    await talker.say(talker.request("Hi", **words[talker.api]), streamed=False)
    assert house.asked[0].json.items() >= words[pair[1]].items()
