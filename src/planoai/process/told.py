"""What a supervisor tells of its life, as values: to the command that stays with it, to the one that started it, to its log."""

from collections.abc import Callable

from msgspec import Struct

from planoai.config.places import Note


class Warned(Struct, frozen=True, tag="warned"):
    """Something that stops nothing. `of_config`: it stands in the file, and `line` begins with its place; otherwise it is of this machine."""

    line: str
    of_config: bool = True


class Refused(Struct, frozen=True, tag="refused"):
    """The gateway does not start. `of_config`: for what stands in the file; otherwise for what this machine lacks.

    `missing`: names of variables that are not set and have to be. `notes`: the problems as values, where they have a place in the file.
    """

    problems: tuple[str, ...]
    of_config: bool
    missing: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


class Serving(Struct, frozen=True, tag="serving"):
    """Every worker accepts. `listeners` are URLs, `models` the configured names."""

    listeners: tuple[str, ...]
    models: tuple[str, ...]
    workers: int


class Reloaded(Struct, frozen=True, tag="reloaded"):
    """The file as it is now is served; what runs under the old one comes to its end."""

    listeners: tuple[str, ...]
    models: tuple[str, ...]
    workers: int


class Unchanged(Struct, frozen=True, tag="unchanged"):
    """The file can not be served; what was served before goes on. `of_config` as in Refused."""

    problems: tuple[str, ...]
    of_config: bool


class Stopping(Struct, frozen=True, tag="stopping"):
    """Told to stop, be it before it serves; nothing new is taken. What runs has `timeout` seconds."""

    timeout: float


class Running(Struct, frozen=True, tag="running"):
    """While stopping: requests that still run, whenever the number changes. 0: they are done."""

    requests: int


class Died(Struct, frozen=True, tag="died"):
    """A child that was to live: `worker 4711` and how it ended, in words that go on from there. Another is started after `pause` seconds."""

    child: str
    how: str
    pause: float


Told = Warned | Refused | Serving | Reloaded | Unchanged | Stopping | Running | Died
Tell = Callable[[Told], None]


def sentence(told: Told) -> str:
    """For the log; several lines where there are several problems."""
    match told:
        case Warned():
            return f"warning: {told.line}"
        case Refused():
            return "\n".join(["does not start:", *told.problems])
        case Serving():
            return f"serves on {', '.join(told.listeners)}"
        case Reloaded():
            return f"serves the changed config on {', '.join(told.listeners)}"
        case Unchanged():
            return "\n".join(["the running configuration is unchanged, the new one can not be served:", *told.problems])
        case Stopping():
            return "stops"
        case Running():
            return f"waits for {requests(told.requests)}"
        case Died():
            return f"{told.child} {told.how}; another one is started in {told.pause:g} s"


def requests(running: int) -> str:
    return f"{running} running request{'' if running == 1 else 's'}"
