"""The input items of a Responses request: their fields, and how calls and outputs must pair."""

from typing import Any

from msgspec import Struct

from planoai.simulate.problem import invalid
from planoai.simulate.vendors import openai

_ROLES = ("assistant", "system", "developer", "user")
_PARTS = {
    "assistant": ("output_text", "refusal"),
    "user": ("input_text", "input_image", "input_file", "input_audio"),
    "system": ("input_text", "input_image", "input_file", "input_audio"),
    "developer": ("input_text", "input_image", "input_file", "input_audio"),
}
_PREFIXES = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}
_CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}


class Item(Struct):
    """Every field that an item of any type may have and that is looked at here."""

    type: str = "message"
    role: str | None = None
    content: Any = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: Any = None

    @property
    def text(self) -> str:
        return _joined(self.content)

    @property
    def output_text(self) -> str:
        return _joined(self.output)


def check_items(items: list[Item], own: int) -> None:
    """Items from `own` on came with this request; the others are remembered. Raises Refused."""
    for place, item in enumerate(items[own:]):
        where = f"input[{place}]"
        _check_id(where, item)
        if item.type == "message":
            _check_message(where, item)
        elif item.type in _CALLS or item.type in _CALLS.values():
            _check_call(where, item)
    _check_pairs(items)


def _check_id(where: str, item: Item) -> None:
    prefix = _PREFIXES.get(item.type)
    if item.id and prefix and not item.id.startswith(prefix):
        raise invalid(
            f"Invalid '{where}.id': '{item.id}'. Expected an ID that begins with '{prefix}'.",
            param=f"{where}.id",
            code="invalid_value",
        )


def _check_message(where: str, item: Item) -> None:
    if item.role not in _ROLES:
        raise openai.bad_value(f"{where}.role", str(item.role), _ROLES)
    if item.content is None:
        raise invalid(
            f"Missing required parameter: '{where}.content'.",
            param=f"{where}.content",
            code="missing_required_parameter",
        )
    for index, part in enumerate(item.content if isinstance(item.content, list) else []):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in _PARTS[item.role]:
            raise openai.bad_value(f"{where}.content[{index}]", str(kind), _PARTS[item.role])


def _check_call(where: str, item: Item) -> None:
    for name in ("call_id", "name", "arguments") if item.type == "function_call" else ("call_id",):
        if getattr(item, name) is None:
            raise invalid(
                f"Missing required parameter: '{where}.{name}'.",
                param=f"{where}.{name}",
                code="missing_required_parameter",
            )
    if item.call_id is not None and len(item.call_id) > 64:
        raise openai.too_long(f"{where}.call_id", item.call_id, 64)
    if item.type == "function_call":
        openai.check_name(f"{where}.name", item.name or "")


def _check_pairs(items: list[Item]) -> None:
    called = {item.call_id for item in items if item.type in _CALLS}
    answered = {item.call_id for item in items if item.type in _CALLS.values()}
    for item in items:
        if item.type in _CALLS.values() and item.call_id not in called:
            raise invalid(f"No tool call found for {_spoken(item.type)} with call_id {item.call_id}.", param="input")
        if item.type in _CALLS and item.call_id not in answered:
            raise invalid(f"No tool output found for {_spoken(item.type)} {item.call_id}.", param="input")


def _spoken(kind: str) -> str:
    return kind.replace("_", " ")


def _joined(content: object) -> str:
    if isinstance(content, list):
        return "\n".join(str(part["text"]) for part in content if isinstance(part, dict) and part.get("text"))
    return content if isinstance(content, str) else ""
