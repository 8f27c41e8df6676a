"""The queue before a destination, and the thread behind it."""

import logging
import threading
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planoai.observability.exporters.batching import Batching, Pace, weight
from planoai.observability.exporters.exporter import Refused, Taken, Unavailable
from planoai.observability.observation import Answer, Asked, Call, Line, Observation
from tests.observability.exporters.told import Told
from tests.observability.seen import observation

QUICK = Pace(linger=0.0, pause=0.001, longest_pause=0.002)
NEVER = 3600.0


class Place:
    """A destination that answers with `steps`, one after another, and takes everything then. `is_there`: somebody is."""

    where = "place"

    def __init__(self, *steps: Taken | Exception, is_there: bool = True) -> None:
        self.steps = list(steps)
        self.is_there = is_there
        self.taken: list[bytes] = []
        self.tries = 0
        self.is_closed = threading.Event()
        self.asked = threading.Event()  # for the first time
        self.asked_again = threading.Event()
        self.held = threading.Event()  # until it is set, nothing is answered
        self.held.set()

    def reach(self, _: float) -> None:
        if not self.is_there:
            self.asked.set()
            raise Unavailable("nobody is there")

    def deliver(self, data: bytes, _: float) -> Taken:
        self.tries += 1
        (self.asked_again if self.asked.is_set() else self.asked).set()
        self.held.wait()
        step = self.steps.pop(0) if self.steps else Taken()
        if isinstance(step, Exception):
            raise step
        self.taken.append(data)
        return step

    def interrupt(self) -> None:
        self.held.set()

    def close(self) -> None:
        self.is_closed.set()

    @property
    def requests(self) -> list[int]:
        return [int(each) for data in self.taken for each in data.split()]


def pack(observations: Sequence[Observation]) -> bytes:
    return b"".join(b"%d " % each.opened.id for each in observations)


def batching(place: Place, pace: Pace = QUICK, absence: int = logging.WARNING) -> Batching:
    return Batching("test", "things", place, pack, pace, absence)


def requests(*numbers: int) -> list[Observation]:
    seen = observation()
    return [msgspec.structs.replace(seen, opened=msgspec.structs.replace(seen.opened, id=each)) for each in numbers]


STEPS = st.sampled_from([Taken(), Unavailable("not now"), Refused("never")])


@settings(max_examples=30)
@given(st.lists(STEPS, max_size=12), st.integers(1, 30), st.integers(1, 8))
def test_whatever_a_place_answers_every_request_is_taken_once_or_counted(
    steps: list[Taken | Exception], number: int, most: int
) -> None:
    place = Place(*steps)
    exporter = batching(place, msgspec.structs.replace(QUICK, batch=most, pause=0.0, longest_pause=0.0))
    for each in requests(*range(number)):
        exporter.put([each])
    exporter.close(30)

    assert place.requests == sorted(set(place.requests))
    assert len(place.requests) + exporter.dropped == number
    assert place.is_closed.is_set()


def test_what_comes_together_goes_together_in_batches() -> None:
    place = Place()
    exporter = batching(place, msgspec.structs.replace(QUICK, batch=4, linger=NEVER))
    exporter.put(requests(*range(10)))
    exporter.close(30)

    assert place.taken == [b"0 1 2 3 ", b"4 5 6 7 ", b"8 9 "]


def test_where_there_is_no_room_the_oldest_go_first() -> None:
    place = Place()
    place.held.clear()
    exporter = batching(place, msgspec.structs.replace(QUICK, room=3))
    exporter.put(requests(0))
    assert place.asked.wait(30)
    exporter.put(requests(1, 2, 3, 4, 5))
    assert exporter.dropped == 2
    place.held.set()
    exporter.close(30)

    assert place.requests == [0, 3, 4, 5]


def test_what_waits_is_bounded_by_its_texts_too() -> None:
    place = Place()
    place.held.clear()
    exporter = batching(place, msgspec.structs.replace(QUICK, room_bytes=10_000))
    exporter.put(requests(0))
    assert place.asked.wait(30)
    big = [msgspec.structs.replace(each, answer=Answer(text="x" * 4_000)) for each in requests(1, 2, 3)]
    exporter.put(big)
    place.held.set()
    exporter.close(30)

    assert place.requests == [0, 3]
    assert exporter.dropped == 2


def test_a_request_weighs_as_much_as_its_texts() -> None:
    bare = weight(observation())
    lines = (Line("user", "x" * 100, 0), Line("assistant", "y" * 50, 1))
    answer = Answer(text="z" * 10, calls=(Call("get", "{}"),))

    assert weight(observation(asked=Asked(lines=lines), answer=answer)) == bare + 162


def test_what_would_be_too_big_goes_in_parts() -> None:
    place = Place()
    exporter = batching(place, msgspec.structs.replace(QUICK, most_bytes=4, linger=NEVER))
    exporter.put(requests(*range(5)))
    exporter.close(30)

    assert place.requests == [0, 1, 2, 3, 4]
    assert max(map(len, place.taken)) <= 4


def test_a_request_that_can_not_be_packed_is_left_out_alone(told: Told) -> None:
    def packed(observations: Sequence[Observation]) -> bytes:
        if any(each.opened.id == 2 for each in observations):
            raise ValueError("two")
        return pack(observations)

    place = Place()
    exporter = Batching("test", "things", place, packed, msgspec.structs.replace(QUICK, linger=NEVER))
    exporter.put(requests(0, 1, 2, 3, 4))
    exporter.close(30)

    assert place.requests == [0, 1, 3, 4]
    assert exporter.dropped == 1
    assert told.text.count("a request is left out") == 1


def test_a_pause_ends_with_the_end_and_there_is_a_last_try() -> None:
    place = Place(Unavailable("not now"))
    exporter = batching(place, msgspec.structs.replace(QUICK, pause=NEVER, longest_pause=NEVER, patience=2 * NEVER))
    exporter.put(requests(1))
    assert place.asked.wait(30)
    exporter.close(30)

    assert place.requests == [1]
    assert exporter.dropped == 0


def test_a_place_that_says_when_to_come_back_is_left_in_peace_until_then() -> None:
    place = Place(*[Unavailable("not now", after=NEVER)] * 100)
    exporter = batching(place, msgspec.structs.replace(QUICK, patience=NEVER))
    exporter.put(requests(1))
    assert place.asked.wait(30)
    assert not place.asked_again.wait(0.05)
    exporter.close(30)

    assert place.tries == 2  # the last one at the end
    assert exporter.dropped == 1


def test_what_is_not_taken_for_too_long_is_dropped(told: Told) -> None:
    place = Place(*[Unavailable("not now")] * 3, Taken())
    exporter = batching(place, msgspec.structs.replace(QUICK, patience=0.0))
    exporter.put(requests(1))
    told.wait("are not taken")
    exporter.close(30)

    assert exporter.dropped == 1
    assert place.tries == 1
    assert "requests lost: 1" in told.text


def test_what_comes_after_the_end_is_dropped() -> None:
    place = Place()
    exporter = batching(place)
    exporter.put(requests(1))
    exporter.close(30)
    exporter.put(requests(2, 3))

    assert place.requests == [1]
    assert exporter.dropped == 2


def test_an_exporter_that_was_given_nothing_ends() -> None:
    exporter = batching(Place())
    exporter.close(30)

    assert exporter.dropped == 0


def test_a_thread_that_can_not_go_on_says_so_and_holds_nothing(told: Told) -> None:
    place = Place(ValueError("nobody thought of it"))
    exporter = batching(place)
    exporter.put(requests(1))
    told.wait("nothing more is sent")
    assert place.is_closed.wait(30)
    exporter.put(requests(2))
    exporter.close(30)

    assert exporter.dropped == 2


@pytest.mark.parametrize(("absence", "times"), [(logging.WARNING, 2), (logging.INFO, 2), (logging.DEBUG, 0)])
def test_that_nobody_was_ever_there_is_told_as_loud_as_it_matters(told: Told, absence: int, times: int) -> None:
    place = Place(is_there=False)
    exporter = batching(place, absence=absence)
    exporter.put(requests(1))
    assert place.asked.wait(30)
    exporter.close(30)

    assert exporter.dropped == 1
    assert [each.levelno for each in told.records if each.name == "planoai.exporters"] == [absence] * times


def test_trouble_is_told_once_until_it_ends(told: Told) -> None:
    place = Place(*[Unavailable("not now")] * 4, Taken(), Refused("never"), Refused("never"), Taken())
    exporter = batching(place, msgspec.structs.replace(QUICK, batch=1))
    exporter.put(requests(1, 2, 3, 4))
    told.wait("requests lost: 2")
    exporter.close(30)
    lines = [line for line in told.lines if "things to place" in line]

    assert [line.partition(" are ")[2] for line in lines] == [
        "not taken: not now; they wait, and are tried again",
        "taken again",
        "not taken: never; they are lost",
        "taken again; requests lost: 2",
    ]
