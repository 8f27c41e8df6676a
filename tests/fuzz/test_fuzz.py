"""A short run of the fuzzer, and that it finds what it looks for."""

import random

import pytest

from planoai.errors import UpstreamUnreadable
from tests.fuzz import __main__ as fuzz
from tests.fuzz import damage, made
from tests.fuzz.targets import Target, targets

_SEED = 20261122
_CASES = 12_000
_PARTS = 6  # for as many workers


@pytest.mark.parametrize("part", range(_PARTS))
def test_nothing_but_our_own_errors_leaves_a_reader(part: int) -> None:
    each = _CASES // _PARTS
    broken = fuzz.run(_SEED, range(part * each, (part + 1) * each))

    assert not broken, "\n".join(f"{one.target} {one.number}\n{one.data[:300]!r}\n{one.trace}" for one in broken[:3])


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_what_was_never_sent_does_no_harm_either(target: Target) -> None:
    made.run(target, 20, _SEED)


def test_a_reader_that_raises_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def brittle(data: bytes, _chance: random.Random) -> None:
        if b"\x00" in data:
            raise KeyError("null")
        if not data:
            raise UpstreamUnreadable("empty")

    target = Target("brittle", (b'{"a": [1, 2, {"b": "c"}]}',) * 2, brittle)
    monkeypatch.setattr(fuzz, "targets", lambda: [target])

    broken = fuzz.run(_SEED, range(3000))

    assert {one.target for one in broken} == {"brittle"}
    again = fuzz.run(_SEED, range(broken[0].number, broken[0].number + 1))
    assert [one.data for one in again] == [broken[0].data]


def test_the_same_chance_does_the_same_damage() -> None:
    for number in range(200):
        first, second = random.Random(number), random.Random(number)  # noqa: S311 - chance that can be had again
        data = b'data: {"a":{"b":[1,2]}}\n\ndata: [DONE]\n\n'
        assert damage.damaged(data, data, first) == damage.damaged(data, data, second)
        assert b"".join(damage.chunks(data, first)) == data
