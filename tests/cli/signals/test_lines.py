"""Lines of conversations, and the lines of reports that answer them."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.signals.lines import Reader
from planoai.signals import Options
from planoai.signals.letters import WHITE
from tests.signals.corpus import expected, lines

READER = Reader(Options(), native=False)
NATIVE = Reader(Options(), native=True)
ANNOYED = b'{"id": %b, "messages": [{"from": "human", "value": "I want to speak to a human"}]}'


def answers(*given: bytes) -> list[bytes]:
    answered = READER.block(b"\n".join(given))
    assert answered.endswith(b"\n") or not answered
    return answered.split(b"\n")[:-1]


def id_of(answer: bytes) -> bytes:
    return bytes(msgspec.json.decode(answer, type=dict[str, msgspec.Raw])["id"])


def test_a_line_is_the_reference_s_but_for_what_it_adds_here() -> None:
    every = range(0, 3813, 40)
    given, wanted = lines("conversations.jsonl.gz"), expected()
    for place, answer in zip(every, answers(*(given[place] for place in every)), strict=True):
        told = json.loads(wanted[place])
        report = {key: value for key, value in told["report"].items() if not key.startswith("x_")}
        assert answer == msgspec.json.encode({"id": told["id"], "report": report})


def test_what_is_no_part_of_the_report_can_be_asked_for() -> None:
    told = json.loads(NATIVE.block(ANNOYED % b"1"))["report"]
    assert list(told)[-3:] == ["quality_score", "turn_metrics", "concerning"]
    assert (told["quality_score"], told["concerning"]) == (0, True)
    assert {key: told[key] for key in list(told)[:-3]} == json.loads(*answers(ANNOYED % b"1"))["report"]


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (b'"a b"', b'"a b"'),
        (b'"\\u00e9\\n"', '"é\\n"'.encode()),
        (b"null", b"null"),
        (b"7", b"7"),
        (b"-0", b"-0.0"),
        (b"1e+300", b"1e300"),
        (b"18446744073709551615", b"18446744073709551615"),
        (b"18446744073709551616", b"1.8446744073709552e19"),
        (b'[1, {"a": 2}]', b'[1,{"a":2}]'),
    ],
)
def test_an_id_is_any_json_and_written_anew(given: bytes, written: bytes) -> None:
    [answer] = answers(ANNOYED % given)
    assert id_of(answer) == written


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"messages": []}',
        b'{"id": 1}',
        b'{"id": 1, "messages": null}',
        b'{"id": 1, "messages": [1]}',
        b'{"id": 1, "messages": [{"from": null}]}',
        b'{"id": 1, "messages": [{"value": 1}]}',
        b'{"id": 1e400, "messages": []}',
        b'{"id": 1, "messages": [{"value": "\\ud800"}]}',
        b'{"id": 1, "messages": []} {}',
        b'\xef\xbb\xbf{"id": 1, "messages": []}',
        b'{"id": 1, "messages": [], "more": "\xff"}',
        b'{"id": "\xff", "messages": []}',
        b'{"id": 1, "messages": [], "more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id": ' + b"[" * 200 + b"]" * 200 + b', "messages": []}',
        ANNOYED % (b"1" * 5000) + b"x",
    ],
)
def test_a_line_that_can_not_be_read_has_an_error_in_its_place_and_the_next_is_read(line: bytes) -> None:
    bad, good = answers(line, ANNOYED % b"2")
    assert bad.startswith(b'{"id":null,"error":"input parse: ')
    assert json.loads(bad)["error"] != "input parse: "
    assert id_of(good) == b"2"


@pytest.mark.parametrize("blank", [b"", b" \t", b"\r", "\u3000\u00a0".encode()])
def test_a_blank_line_is_answered_by_nothing(blank: bytes) -> None:
    assert [id_of(each) for each in answers(blank, ANNOYED % b"1", blank, ANNOYED % b"2")] == [b"1", b"2"]


def test_a_line_ends_at_its_newline_alone() -> None:
    odd = '{"id": "\u2028\u0085", "messages": [{"from": "human", "value": "a\u2028b\u0085c"}]}\r'.encode()
    assert [id_of(each) for each in answers(odd, odd)] == ['"\u2028\u0085"'.encode()] * 2


def test_what_a_row_lacks_is_empty_and_what_else_it_has_is_nothing() -> None:
    bare = b'{"messages": [{}, {"from": "human", "failed": "yes", "value": ""}], "id": 1, "source": [1, 2]}'
    [answer] = answers(bare)
    assert json.loads(answer)["report"]["summary"].startswith("Overall Quality: neutral | Turns: 1 ")


@given(st.lists(st.binary(max_size=60).map(lambda each: each.replace(b"\n", b"")), min_size=1))
def test_there_is_an_answer_for_every_line_that_is_not_blank_whatever_it_holds(given: list[bytes]) -> None:
    told = answers(*given)
    assert len(told) == sum(bool(each.decode(errors="replace").strip(WHITE)) for each in given)
    for each in told:
        json.loads(each)
