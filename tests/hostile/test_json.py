"""JSON that is none, or that breaks those who read it: depth, numbers, text that is no Unicode, names given twice."""

import json

import pytest

from tests.hostile.target import CHAT_PATH, MESSAGES_PATH, Target, post, refused
from tests.support.answers import CHAT
from tests.support.upstream import whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATHS = pytest.mark.parametrize("path", [CHAT_PATH, MESSAGES_PATH])
MODELS = {
    CHAT_PATH: (b"openai/gpt-4o", b"anthropic/claude-sonnet-4-5"),
    MESSAGES_PATH: (b"anthropic/claude-sonnet-4-5",),
}


def asking(model: bytes, more: bytes = b"", content: bytes = b'"hi"') -> bytes:
    """A sound request, but for `more`, which begins with a comma, and for `content`."""
    message = b'{"role":"user","content":%b}' % content
    return b'{"model":"%b","max_tokens":9,"messages":[%b]%b}' % (model, message, more)


DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_OBJECTS = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
NO_JSON = {
    "nothing": b"",
    "white space": b" \r\n\t",
    "a byte order mark": b"\xef\xbb\xbf" + asking(b"openai/gpt-4o"),
    "UTF-16": asking(b"openai/gpt-4o").decode().encode("utf-16"),
    "a list": b"[]",
    "text": b'"hi"',
    "a number": b"1",
    "null": b"null",
    "two objects": b"{}{}",
    "half an object": b'{"messages": [{"role": "user"',
    "a comment": b'{"messages": [] /* none */}',
    "a trailing comma": b'{"messages": [],}',
    "names without quotes": b"{messages: []}",
    "a form": b"messages=hi&model=gpt-4o",
    "depth": DEEP,
    "depth of objects": DEEP_OBJECTS,
    "depth that does not end": b"[" * 1_000_000,
    "a null byte": b'{"messages":\0[]}',
}
NO_VALUES = {  # each behind a sound request
    "NaN": b',"temperature":NaN',
    "Infinity": b',"temperature":Infinity',
    "negative Infinity": b',"temperature":-Infinity',
    "NaN in an unknown field": b',"x":NaN',
    "a number over the largest": b',"temperature":1e999',
    "a number with a leading zero": b',"max_tokens":01',
    "a number with a plus": b',"max_tokens":+1',
    "a hexadecimal number": b',"max_tokens":0x1',
    "depth in a field": b',"tools":' + DEEP,
    "depth in an unknown field": b',"x":' + DEEP,
    "depth of objects in an unknown field": b',"x":' + DEEP_OBJECTS,
    "bytes that are not UTF-8 in an unknown field": b',"x":"\xff\xfe"',
    "bytes that are not UTF-8 in a name": b',"\xff":1',
    "UTF-8 cut short": b',"x":"\xe2\x82"',
    "UTF-8 longer than needed": b',"x":"\xc0\xaf"',
    "a surrogate as UTF-8": b',"x":"\xed\xa0\x80"',
    "a character beyond Unicode": b',"x":"\xf4\x90\x80\x80"',
    "a null byte in an unknown field": b',"x":"a\0b"',
    "a line break in a text": b',"x":"a\nb"',
    "an escape that is none": b',"x":"\\x41"',
    "half a surrogate pair in the model": b',"model":"\\ud800"',
    "half a surrogate pair in a name": b',"\\udc00":1',
}
NO_CONTENT = {
    "bytes that are not UTF-8": b'"\xff"',
    "half a surrogate pair": b'"\\ud83d"',
    "the other half": b'"\\ude00"',
    "halves in the wrong order": b'"\\ude00\\ud83d"',
    "depth": DEEP,
    "depth in a part": b'[{"type":"text","text":"hi","x":' + DEEP + b"}]",
    "a null byte": b'"a\0b"',
}


async def check(target: Target, body: bytes, path: str) -> None:
    answer = await target.answer_to(post(body, path=path))
    assert answer.status == 400, answer.body
    refused(answer, path)
    assert target.upstream.asked == []


@PATHS
@pytest.mark.parametrize("case", NO_JSON)
async def test_what_is_no_json_object_is_refused(target: Target, case: str, path: str) -> None:
    await check(target, NO_JSON[case], path)


@PATHS
@pytest.mark.parametrize("case", NO_VALUES)
async def test_a_value_that_is_none_is_refused(target: Target, case: str, path: str) -> None:
    for model in MODELS[path]:
        await check(target, asking(model, NO_VALUES[case]), path)


@PATHS
@pytest.mark.parametrize("case", NO_CONTENT)
async def test_content_that_is_no_text_is_refused(target: Target, case: str, path: str) -> None:
    for model in MODELS[path]:
        await check(target, asking(model, content=NO_CONTENT[case]), path)


async def test_a_name_given_twice_means_the_same_to_everyone(target: Target) -> None:
    """The model that is chosen is the one that the upstream reads, whichever it prefers: it sees one."""
    target.upstream.will(whole(CHAT))
    answer = await target.answer_to(post(b'{"model":"nobody/knows","messages":[],' + asking(b"openai/gpt-4o")[1:]))
    assert answer.status == 200
    [asked] = target.upstream.asked
    names = [name for name, _ in json.loads(asked.body, object_pairs_hook=list)]
    assert sorted(names) == ["max_tokens", "messages", "model"]
    assert asked.json["model"] == "gpt-4o"


async def test_a_null_character_in_a_text_arrives_as_it_was_sent(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    answer = await target.answer_to(post(asking(b"openai/gpt-4o", content=b'"a\\u0000b"')))
    assert answer.status == 200
    [asked] = target.upstream.asked
    assert asked.json["messages"][0]["content"] == "a\0b"


async def test_a_number_of_any_size_arrives_as_it_was_sent(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    digits = b"9" * 400
    answer = await target.answer_to(
        post(asking(b"openai/gpt-4o", b',"max_completion_tokens":%b,"x":%b' % (digits, digits)))
    )
    assert answer.status == 200
    [asked] = target.upstream.asked
    assert asked.body.count(digits) == 2


async def test_many_fields_and_messages_are_only_much_to_read(target: Target) -> None:
    target.upstream.will(whole(CHAT))
    many = b"".join(b',"x%d":%d' % (number, number) for number in range(100_000))
    answer = await target.answer_to(post(asking(b"openai/gpt-4o", many)))
    assert answer.status == 200
    assert len(target.upstream.asked[0].json) == 100_003
