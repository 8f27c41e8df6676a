"""An array of JSON, cut anywhere."""

import json

from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.signals.elements import Elements

TEXTS = st.text(st.sampled_from('ab"\\[]{},é\n '))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(VALUES), st.sampled_from([None, 2]), st.booleans(), st.data())
def test_the_elements_are_those_of_the_array_wherever_its_text_is_cut(
    values: list[object], indent: int | None, escaped: bool, data: st.DataObject
) -> None:
    text = json.dumps(values, indent=indent, ensure_ascii=escaped).encode() + b"\n"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    elements = Elements()
    found = [
        each
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
        for each in elements.feed(text[start:end])
    ]
    assert [json.loads(each) for each in found] == values
    assert elements.close() == b""


@given(st.lists(st.binary()))
def test_no_bytes_make_it_raise(pieces: list[bytes]) -> None:
    elements = Elements()
    for piece in pieces:
        elements.feed(piece)
    elements.close()


def test_an_array_that_is_cut_short_leaves_its_last_element_behind() -> None:
    elements = Elements()
    assert elements.feed(b'[{"a": 1}, {"b": "]') == [b'{"a": 1}']
    assert elements.close() == b'[{"b": "]'


def test_an_array_that_does_not_end_is_not_whole() -> None:
    elements = Elements()
    assert elements.feed(b'[{"a": 1},') == [b'{"a": 1}']
    assert elements.close() == b"["


def test_what_comes_behind_the_array_is_left_behind() -> None:
    elements = Elements()
    assert elements.feed(b"[1] 2") == [b"1"]
    assert elements.close() == b"2"
