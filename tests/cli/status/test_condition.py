"""What is shown of a gateway."""

import re

from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.status.condition import Answer, Condition, Door, duration, shown
from planoai.process.status import Reloads

GOOD = Answer(200, 1.25)
DOOR = Door("http://0.0.0.0:12000", "http://127.0.0.1:12000", GOOD, GOOD)
RUNS = Condition(
    state="serving", home="/h", log="/h/plano.log", pid=7, started=1.0, uptime=62.0, config="/c.yaml", listeners=(DOOR,)
)


def test_one_that_is_well() -> None:
    lines = shown(RUNS).splitlines()
    assert lines == [
        "✓ Plano is serving (pid 7, up 1 min 2 s)",
        "  config     /c.yaml",
        "  listeners  http://127.0.0.1:12000  healthy (1.2 ms), ready (1.2 ms)",
        "  log        /h/plano.log",
    ]


def test_one_that_is_not() -> None:
    silent = Answer(problem="no answer within 2 s")
    stopping = Door("http://127.0.0.1:1", "http://127.0.0.1:1", GOOD, Answer(503, 2.0))
    hung = Door("http://127.0.0.1:2", "http://127.0.0.1:2", silent, silent)
    told = shown(
        Condition(
            state="serving",
            home="/h",
            log="/h/plano.log",
            pid=7,
            started=1.0,
            halted=True,
            changed=True,
            config="/c.yaml",
            listeners=(stopping, hung),
            workers=(8, 9),
            recorder=10,
            waiting=1,
            reload=Reloads(1, 1, ("c.yaml:1:1: x: is wrong",)),
        )
    )
    assert told.startswith("! Plano is serving")
    for part in (
        "`kill -CONT 7`",
        "`planoai reload` serves it as it is now",
        "http://127.0.0.1:1  /healthz: 200 in 1.2 ms; /readyz: 503 in 2.0 ms",
        "http://127.0.0.1:2  no answer within 2 s\n",
        "pid 8, pid 9",
        "pid 10",
        "for 1 running request in workers",
        "the last one was refused",
        "c.yaml:1:1: x: is wrong",
    ):
        assert part in told


def test_one_that_can_not_be_seen_from_here() -> None:
    told = shown(Condition(state="serving", home="/h", log="/l", elsewhere=True, started=1.0, uptime=3.0))
    assert told.startswith("✓ Plano is serving (its process can not be seen from here, up 3 s)")
    assert "another container" in told
    silent = shown(Condition(state="silent", home="/h", log="/l", pid=7))
    assert silent.startswith("! Plano runs (pid 7), and has not said how it is; /l may say why")


def test_one_on_its_way() -> None:
    assert shown(Condition(state="starting", home="/h", log="/l", pid=7)).startswith("… Plano is starting (pid 7)")
    assert shown(Condition(state="draining", home="/h", log="/l", pid=7)).startswith("… Plano is stopping (pid 7)")


def test_none() -> None:
    assert shown(Condition(state="stopped", home="/h", log="/l")) == "No Plano instance was running"
    crashed = shown(Condition(state="crashed", home="/h", log="/l", pid=7))
    assert crashed.startswith("No Plano instance was running\n  the last one (pid 7) ended without stopping")
    assert "(pid" not in shown(Condition(state="crashed", home="/h", log="/l"))


_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


@given(st.floats(0, 1e8))
def test_a_duration_says_what_it_is_but_for_less_than_its_smallest_unit(seconds: float) -> None:
    parts = re.findall(r"(\d+) (s|min|h|d)", duration(seconds))
    assert 1 <= len(parts) <= 2
    told = sum(int(number) * _UNITS[unit] for number, unit in parts)
    assert 0 <= seconds - told < _UNITS[parts[-1][1]]


def test_a_duration_is_never_negative() -> None:
    assert duration(-5) == "0 s"
