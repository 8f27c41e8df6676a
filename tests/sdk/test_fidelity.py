"""What crosses between APIs is what docs/fidelity.md says. UPDATE_FIDELITY=1 writes it, for you to read."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct, structs

from planoai.apis.anthropic_messages import tools_read
from planoai.apis.anthropic_messages import wire as messages_wire
from planoai.apis.openai_chat import wire as chat_wire
from planoai.apis.openai_responses import wire as responses_wire
from planoai.apis.unread import _struct_in
from tests.sdk.apis import APIS, UPSTREAMS
from tests.sdk.fidelity import answers
from tests.sdk.fidelity.cells import PLAIN, answer_cell, cell
from tests.sdk.fidelity.page import REQUESTS, page
from tests.sdk.fidelity.probe import Probe

PAGE = Path(__file__).parent.parent.parent / "docs" / "fidelity.md"

ASKED = [
    pytest.param(probe, client, upstream, id=f"{client}>{upstream}: {probe.field}")
    for client in APIS
    for probe in REQUESTS[client]
    for upstream in UPSTREAMS
]
ANSWERED = [
    pytest.param(probe, upstream, client, id=f"{client}<{upstream}: {probe.field}")
    for upstream in UPSTREAMS
    for probe in answers.PROBES[upstream]
    for client in APIS
    if client != upstream and not probe.aside
]

_BLOCKS = (
    *(messages_wire.TextBlock, messages_wire.ImageBlock, messages_wire.DocumentBlock, messages_wire.SearchResultBlock),
    *(messages_wire.ThinkingBlock, messages_wire.RedactedThinkingBlock, messages_wire.ToolUseBlock),
    messages_wire.ToolResultBlock,
)
# client -> where in its body -> the structs that read what stands there, where the field itself only says that it is raw.
RAW: dict[str, dict[str, tuple[type[Struct], ...]]] = {
    "chat": {"": (chat_wire.RequestWire,), "messages.content": (chat_wire.PartWire,), "tools": (chat_wire.ToolWire,)},
    "messages": {
        "": (messages_wire.RequestBody,),
        "system": (messages_wire.TextBlock,),
        "messages.content": _BLOCKS,
        "messages.content.citations": (messages_wire.CitationObject,),
        "tools": (tools_read._Function, tools_read._Search),
    },
    "responses": {
        "": (responses_wire.RequestWire,),
        "input": (responses_wire.ItemWire,),
        "input.content": (responses_wire.PartWire,),
        "input.content.annotations": (responses_wire.AnnotationWire,),
        "tools": (responses_wire.ToolWire, responses_wire.SearchWire),
    },
}
# Members of a struct that is read in several places, where requests of the API have none.
_SHARED = re.compile(r"(.*\.)?index|function_call\.(?!name$).*|tool_choice\.name|system\.citations")


@pytest.mark.parametrize(("probe", "client", "upstream"), ASKED)
def test_nothing_of_a_request_is_lost_without_a_word(probe: Probe, client: str, upstream: str) -> None:
    assert cell(probe, client, upstream).state != "silent"


@pytest.mark.parametrize(("probe", "upstream", "client"), ANSWERED)
def test_nothing_of_an_answer_is_lost_without_a_word(probe: Probe, upstream: str, client: str) -> None:
    assert answer_cell(probe, upstream, client).state != "silent"


def test_the_page_says_what_the_gateway_does() -> None:
    told = page()
    if os.environ.get("UPDATE_FIDELITY"):
        PAGE.write_text(told)
    assert told == PAGE.read_text(), "docs/fidelity.md is not what the gateway does (UPDATE_FIDELITY=1 writes it)"


@pytest.mark.parametrize("client", APIS)
def test_every_field_that_is_read_has_a_probe(client: str) -> None:
    """A new field needs a probe, and with it a row in the page."""
    bodies = [PLAIN[client], *(probe.with_it for probe in REQUESTS[client])]
    asked = {path for body in bodies for path in _members(body)}
    read = _read(client, "")
    assert sorted(path for path in {*read} - asked if not _SHARED.fullmatch(path)) == []


def _members(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all members, without the places in lists."""
    if isinstance(value, dict):
        for name, each in value.items():
            where = f"{path}.{name}" if path else name
            yield where
            yield from _members(each, where)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each, path)


def _read(client: str, path: str, kind: type[Struct] | None = None) -> Iterator[str]:
    kinds = (kind,) if kind is not None else RAW[client].get(path, ())
    for field in (field for each in kinds for field in structs.fields(each)):
        where = f"{path}.{field.encode_name}" if path else field.encode_name
        yield where
        yield from _read(client, where, _struct_in(field.type))
