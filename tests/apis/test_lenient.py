"""What does not fit is left out, unless it is what matters."""

import msgspec
import pytest
from msgspec import Raw, Struct

from planoai.apis import lenient


class Inner(Struct):
    count: int | None = None
    text: str | None = None


class Outer(Struct):
    name: str
    count: int | None = None
    any: Raw = Raw(b"null")
    inner: Inner | None = None
    listed: list[str] | None = None
    inners: str | list[Inner] | None = None


DECODER = msgspec.json.Decoder(Outer)


@pytest.mark.parametrize(
    ("json", "read"),
    [
        (b'{"name":"a","count":5}', Outer("a", 5)),
        (b'{"name":"a","count":5.0}', Outer("a", 5)),
        (b'{"name":"a","count":"5"}', Outer("a", 5)),
        (b'{"name":"a","count":"five","listed":{}}', Outer("a")),
        (b'{"name":"a","count":[],"any":{"x":1}}', Outer("a", any=Raw(b'{"x":1}'))),
        (b'{"name":"a","count":7,"inner":[]}', Outer("a", 7)),
        (b'{"name":"a","inner":{"count":[],"text":"x"}}', Outer("a", inner=Inner(text="x"))),
        (
            b'{"name":"a","inners":[{"count":[],"text":"x"},7,{"count":"1"}]}',
            Outer("a", inners=[Inner(text="x"), Inner(1)]),
        ),
    ],
)
def test_a_member_that_does_not_fit_is_left_out(json: bytes, read: Outer) -> None:
    assert lenient.decode(DECODER, json) == read


@pytest.mark.parametrize("json", [b"[]", b"{", b'{"count":5}', b'{"count":"x"}', b'{"name":5}', b"\xff"])
def test_what_is_no_such_object_can_not_be_read(json: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, UnicodeDecodeError)):
        lenient.decode(DECODER, json)


@pytest.mark.parametrize("json", [b'{"name":"a","inner":{"text":5}}', b'{"name":"a","inner":{"text":5,"count":[]}}'])
def test_what_matters_must_fit_at_any_depth(json: bytes) -> None:
    assert lenient.decode(DECODER, json).name == "a"
    with pytest.raises(msgspec.ValidationError):
        lenient.decode(DECODER, json, essential=("text",))


@pytest.mark.parametrize("item", [b"7", b'{"text":5}'])
def test_what_matters_must_fit_in_a_list_as_well(item: bytes) -> None:
    json = b'{"name":"a","inners":[{"text":"x","count":[]},%b]}' % item

    assert lenient.decode(DECODER, json).name == "a"
    with pytest.raises(msgspec.ValidationError):
        lenient.decode(DECODER, json, essential=("inners", "text"))


def test_what_is_not_utf_8_is_refused_even_where_it_is_only_kept() -> None:
    with pytest.raises(UnicodeDecodeError):
        lenient.decode(DECODER, b'{"name":"a","any":"\xed\xa0\x80"}')
