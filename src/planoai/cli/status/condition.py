"""How the gateway of a home is, as values, and as what `planoai status` shows of it. Pure."""

from typing import Literal

from msgspec import Struct

from planoai.cli import render
from planoai.process.status import Reloads
from planoai.process.told import requests

# `stopped`: none runs. `crashed`: none runs, and the last one did not end in order. `silent`: one runs and has not said how it is.
State = Literal["stopped", "crashed", "silent", "starting", "serving", "draining"]

_WIDTH = 11  # of the column with the names
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


class Answer(Struct, frozen=True):
    """To one question. Without a `status` there was none, for the reason in `problem`."""

    status: int | None = None
    ms: float = 0.0
    problem: str = ""

    @property
    def good(self) -> bool:
        return self.status == 200


class Door(Struct, frozen=True):
    """A listener, and what it answers. `url` is where it was asked: of one that is `bound` to every address the loopback."""

    bound: str
    url: str
    healthz: Answer
    readyz: Answer

    @property
    def good(self) -> bool:
        return self.healthz.good and self.readyz.good


class Condition(Struct, frozen=True, kw_only=True):
    """`pid` is the supervisor's, also of one that has crashed. `elsewhere`: it runs in another container, or on another machine.

    `halted`: the supervisor lives and has been stopped, as by Ctrl-Z. `started`: seconds since the epoch, 0 where that is not known.
    `changed`: whether the file differs from what is served; None where that can not be known.
    """

    state: State
    home: str
    log: str
    pid: int | None = None
    elsewhere: bool = False
    halted: bool = False
    started: float = 0.0
    uptime: float = 0.0
    config: str = ""
    digest: str = ""
    changed: bool | None = None
    listeners: tuple[Door, ...] = ()
    workers: tuple[int, ...] = ()
    recorder: int | None = None
    waiting: int = 0
    reload: Reloads = Reloads()

    @property
    def runs(self) -> bool:
        return self.state not in ("stopped", "crashed")

    @property
    def good(self) -> bool:
        """It serves, and all of its listeners answer."""
        return self.state == "serving" and not self.halted and all(each.good for each in self.listeners)


def shown(condition: Condition) -> str:
    if not condition.runs:
        return "\n".join(_gone(condition))
    return "\n".join([_headline(condition), *(f"  {line}" for line in _details(condition))])


def duration(seconds: float) -> str:
    """The two largest units: `3 h 12 min`."""
    whole = max(int(seconds), 0)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def answers(door: Door) -> str:
    """Both, or why there is none."""
    if door.good:
        return f"healthy ({door.healthz.ms:.1f} ms), ready ({door.readyz.ms:.1f} ms)"
    if door.healthz.problem and door.healthz.problem == door.readyz.problem:
        return door.healthz.problem
    return f"/healthz: {_answer(door.healthz)}; /readyz: {_answer(door.readyz)}"


def _gone(condition: Condition) -> list[str]:
    if condition.state == "stopped":
        return [render.NOT_RUNNING]
    who = "" if condition.pid is None else f" (pid {condition.pid})"
    return [
        render.NOT_RUNNING,
        f"  the last one{who} ended without stopping, as when it is killed; {condition.log} may say why",
    ]


def _headline(condition: Condition) -> str:
    up = f", up {duration(condition.uptime)}" if condition.started else ""
    who = f"pid {condition.pid}{up}" if condition.pid else f"its process can not be seen from here{up}"
    match condition.state:
        case "serving":
            return f"{'✓' if condition.good else '!'} Plano is serving ({who})"
        case "starting":
            return f"… Plano is starting ({who})"
        case "draining":
            return f"… Plano is stopping ({who})"
        case _:
            return f"! Plano runs ({who}), and has not said how it is; {condition.log} may say why"


def _details(condition: Condition) -> list[str]:
    rows: list[tuple[str, str]] = []
    if condition.elsewhere:
        rows.append(("", "it runs in another container, or on another machine: no signal reaches it from here"))
    if condition.halted:
        rows.append(("", f"its supervisor has been halted, and reacts to nothing: `kill -CONT {condition.pid}`"))
    if condition.config:
        rows.append(("config", condition.config))
    if condition.changed:
        rows.append(("", "it has changed since it was read: `planoai reload` serves it as it is now"))
    for number, door in enumerate(condition.listeners):
        rows.append(("" if number else "listeners", f"{door.url}  {answers(door)}"))
    if condition.workers:
        rows.append(("workers", ", ".join(f"pid {each}" for each in condition.workers)))
    if condition.recorder is not None:
        rows.append(("recorder", f"pid {condition.recorder}"))
    if condition.waiting:
        rows.append(("waiting", f"for {requests(condition.waiting)} in workers that take no new ones"))
    if condition.reload.problems:
        rows.append(("reload", "the last one was refused, and what was served before still is"))
        rows += (("", problem) for problem in condition.reload.problems)
    rows.append(("log", condition.log))
    return [f"{name:<{_WIDTH}}{said}" for name, said in rows]


def _answer(given: Answer) -> str:
    return given.problem if given.status is None else f"{given.status} in {given.ms:.1f} ms"
