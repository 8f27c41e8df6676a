"""Members that no struct has a field for."""

import msgspec
from msgspec import Raw, Struct

from planoai.apis.unread import unread


class Inner(Struct):
    b: int | None = None


class Outer(Struct):
    a: Inner | str | None = None
    listed: list[Inner] | None = None
    any: Raw = Raw(b"null")
    renamed: int = msgspec.field(default=0, name="as")


def found(json: bytes, path: str = "at") -> dict[str, bytes]:
    return {where: bytes(value) for where, value in unread(Raw(json), Outer, path)}


def test_what_is_known_is_not_told() -> None:
    assert found(b'{"a":{"b":1},"listed":[{"b":2}],"any":{"x":1},"as":2}') == {}
    assert found(b'{"a":"text","listed":null}') == {}


def test_what_is_not_known_is_told_by_its_path() -> None:
    assert found(b'{"x": 1.50,"a":{"y":{}},"listed":[{},{"z":[1]}],"renamed":1}') == {
        "at.x": b"1.50",
        "at.a.y": b"{}",
        "at.listed[1].z": b"[1]",
        "at.renamed": b"1",
    }
    assert found(b'{"x":1}', path="") == {"x": b"1"}


def test_nulls_say_nothing() -> None:
    assert found(b'{"x":null,"a":{"y":null}}') == {}
