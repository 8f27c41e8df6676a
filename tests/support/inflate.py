"""Captured requests (`tests/data/captured_requests`), whose long texts and lists are cut, brought back to their size."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

_CAPTURED = Path(__file__).parent.parent / "data" / "captured_requests"
_CUT_TEXT = re.compile(r"^(?P<kept>.*)<\+(?P<more>\d+) chars>$", re.DOTALL)
_CUT_LIST = re.compile(r"^<(?P<more>\d+) more items>$")
_FILLER = "and so on, as long as it was. "

Json = dict[str, Any]

# Tools that were cut away and are no functions. What was in the group is not known any more.
_OTHERS: dict[str, Json] = {
    "web_search": {"type": "web_search", "external_web_access": False},
    "multi_agent_v1": {
        "type": "namespace",
        "name": "multi_agent_v1",
        "description": "",
        "tools": [
            {
                "type": "function",
                "name": name,
                "description": f"{name} of one agent.",
                "strict": False,
                "parameters": {"type": "object", "properties": {"agent": {"type": "string"}}, "required": ["agent"]},
            }
            for name in ("spawn_agent", "wait_agent")
        ],
    },
}
_TURN: tuple[Json, ...] = (  # of a Responses client that ran a tool
    {"type": "function_call", "name": "exec_command", "arguments": '{"cmd":"echo hi"}', "call_id": "call_1"},
    {"type": "function_call_output", "call_id": "call_1", "output": "Process exited with code 0\nOutput:\nhi\n"},
)


@dataclass(frozen=True)
class Captured:
    """`body` is of the size it was sent with, within the few bytes that the escapes in a cut text took."""

    name: str
    path: str
    headers: dict[str, str]
    body: Json
    size: int
    tools: tuple[str, ...]


def captured(*paths: str) -> Iterator[Captured]:
    """Every POST to one of `paths`, whatever its query."""
    for file in sorted(_CAPTURED.glob("*.json")):
        for place, request in enumerate(json.loads(file.read_text())["requests"]):
            if request["method"] == "POST" and request["path"].partition("?")[0] in paths:
                tools = tuple(request["tool_names"] or ())
                yield Captured(
                    name=f"{file.stem}-{place}",
                    path=request["path"],
                    headers={name.lower(): value for name, value in request["headers"]},
                    body=inflated(request["body_shape"], tools, request["body_bytes"]),
                    size=request["body_bytes"],
                    tools=tools,
                )


def inflated(shape: Json, tools: tuple[str, ...], size: int) -> Json:
    """Tools that were cut away get the names they had; they and other added items share what is missing of `size` bytes."""
    added: list[Json] = []
    body: Json = {name: _whole(value, name, added) for name, value in shape.items()}
    shown = [name_of(each) for each in body.get("tools") or ()]
    names = iter([name for name in tools if name not in shown])
    for each in added:
        if "role" not in each:
            _called(each, next(names))
    missing = size - len(json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())
    growing = [(each, "content") if "role" in each else (_tool(each), "description") for each in added]
    growing = [(holder, text) for holder, text in growing if text in holder]
    for holder, text in growing:
        holder[text] += _filler(missing // len(growing))
    return body


def name_of(tool: Json) -> str:
    """Tools that the provider runs have no name but their type."""
    return str(_tool(tool).get("name") or tool["type"])


def _whole(value: Any, name: str, added: list[Json]) -> Any:
    match value:
        case str():
            cut = _CUT_TEXT.match(value)
            return cut["kept"] + _filler(int(cut["more"])) if cut else value
        case dict():
            return {key: _whole(each, key, added) for key, each in value.items()}
        case [*first, str(last)] if cut := _CUT_LIST.match(last):
            items = [_whole(each, name, added) for each in first]
            return items + list(_more(items, name, int(cut["more"]), added))
        case list():
            return [_whole(each, name, added) for each in value]
        case _:
            return value


def _more(items: list[Any], name: str, count: int, added: list[Json]) -> Iterator[Any]:
    """`count` items like the smallest of those that were kept. Objects are noted in `added`: they are still to grow."""
    if name == "input":
        yield from (deepcopy(item) for item in islice(cycle(_TURN), count))
        return
    smallest = min(items, key=lambda item: len(json.dumps(item)))
    for number in range(count):
        item: Any = deepcopy(smallest)
        if name == "messages":  # it goes on in turns, and the user has the last word
            item = {"role": "user" if (count - number) % 2 else "assistant", "content": "So it went on, "}
        if isinstance(item, dict):
            if name == "tools":
                _tool(item)["description"] = ""
            added.append(item)
        elif isinstance(item, str):
            item = f"{item} {number}"
        yield item


def _called(tool: Json, name: str) -> None:
    """Makes `tool`, a function without a name, the tool called `name`."""
    if name in _OTHERS:
        tool.clear()
        tool |= deepcopy(_OTHERS[name])
    else:
        _tool(tool)["name"] = name


def _tool(item: Json) -> Json:
    """Where the name and the description of a tool are."""
    inner: Json = item.get("function", item)
    return inner


def _filler(length: int) -> str:
    return "".join(islice(cycle(_FILLER), max(length, 0)))
