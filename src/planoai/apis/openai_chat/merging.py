"""What the pieces of a streamed object add up to, members that nobody here knows included: strings go on, lists grow, objects merge."""

from collections.abc import Mapping

import msgspec
from msgspec import Raw

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)

# Strings that say the same whenever they are said. All others go on, as OpenAI's own clients take it.
_SAID_ONCE = frozenset(("role", "id", "type", "name", "format", "object"))
_GOING_ON = (b'"text"', b'"thinking"')  # types of list items that go on where one follows another of its type
_EMPTY = (b"null", b'""', b"{}", b"[]")


class Said:
    """A string as it comes in."""

    __slots__ = ("pieces",)

    def __init__(self, first: str) -> None:
        self.pieces = [first]


class Items(list["Node"]):
    """A list as it comes in; `at` has its objects by the indexes that they give themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[bytes, Merged] = {}


Node = Raw | Said | dict[str, "Node"] | Items
Merged = dict[str, Node]


def absorb(merged: Merged, piece: Mapping[str, Raw]) -> None:
    """Raises msgspec.DecodeError for what is no JSON."""
    for name, raw in piece.items():
        merged[name] = _joined(name, merged.get(name), raw)


def built(node: Node) -> object:
    """What can be encoded."""
    match node:
        case Said():
            return "".join(node.pieces)
        case dict():
            return {name: built(inner) for name, inner in node.items()}
        case Items():
            return [built(inner) for inner in node]
        case _:
            return node


def empty(raw: Raw) -> bool:
    """Whether a value says nothing that an earlier one should make way for."""
    return bytes(raw) in _EMPTY


def _joined(name: str, before: Node | None, raw: Raw) -> Node:
    text = bytes(raw)
    if before is not None and text == b"null":
        return before
    match text[:1]:
        case b'"' if name in _SAID_ONCE:
            return raw if before is None or not empty(raw) else before
        case b'"':
            return _said(before, _TEXT.decode(raw))
        case b"{":
            inner = before if isinstance(before, dict) else {}
            absorb(inner, _OBJECT.decode(raw))
            return inner
        case b"[":
            return _listed(before, _LIST.decode(raw))
        case _:
            return raw


def _said(before: Node | None, text: str) -> Node:
    if isinstance(before, Said):
        before.pieces.append(text)
        return before
    if isinstance(before, Items):  # content that began as a list of parts
        return _listed(before, [_part(text)] if text else [])
    return Said(text)


def _listed(before: Node | None, items: list[Raw]) -> Items:
    listed = before if isinstance(before, Items) else Items()
    if isinstance(before, Said) and (text := "".join(before.pieces)):
        _add(listed, _part(text))
    for item in items:
        _add(listed, item)
    return listed


def _part(text: str) -> Raw:
    return Raw(msgspec.json.encode({"type": "text", "text": text}))


def _add(listed: Items, item: Raw) -> None:
    """An item that goes on with an earlier one says so by its index, or comes right after it and is of its type."""
    members = _OBJECT.decode(item) if bytes(item).startswith(b"{") else {}
    index, kind = bytes(members.get("index", b"")), bytes(members.get("type", b""))
    if index:
        found = listed.at.get(index)
    elif kind in _GOING_ON:
        last = listed[-1] if listed else None
        found = last if isinstance(last, dict) and _is(last, "type", kind) and not _signed(last) else None
    else:
        listed.append(item)
        return
    if found is None:
        found = {}
        listed.append(found)
        if index:
            listed.at[index] = found
    elif "signature" in members and not empty(members["signature"]):
        members.pop("thinking", None)  # what brings the signature may repeat the whole thought
    absorb(found, members)


def _is(node: Merged, name: str, value: bytes) -> bool:
    told = node.get(name)
    return isinstance(told, Raw) and bytes(told) == value


def _signed(node: Merged) -> bool:
    signature = node.get("signature")
    return isinstance(signature, Said) and any(signature.pieces)
