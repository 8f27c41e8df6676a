"""What a gateway tells -> the words of the commands. Pure: values in, text out."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import assert_never
from urllib.parse import urlsplit

from planoai.process.told import (
    Died,
    Refused,
    Reloaded,
    Running,
    Serving,
    Stopping,
    Told,
    Unchanged,
    Warned,
    requests,
    sentence,
)

RUNNING = "✓ Plano is running!"
STOPPED = "✓ Plano stopped!"
NOT_RUNNING = "No Plano instance was running"
UNCHANGED = "the running configuration is unchanged"


def background(listeners: Sequence[str], logs: str, more: Sequence[str] = ()) -> str:
    """Of a gateway that was started and left alone. `more`: lines of what it serves, instead of where alone."""
    serves = more or [f"  {url}" for url in listeners]
    return "\n".join([RUNNING, *serves, f"Logs: {logs}", "Run 'planoai down' to stop."])


def reloaded(listeners: Sequence[str]) -> str:
    return f"✓ Plano serves the config as it is now, on {', '.join(listeners)}"


def foreground(told: Told) -> str | None:
    """What the command that stays with the gateway says, in its log's words where a reader needs no more; None where it says nothing."""
    match told:
        case Warned() | Died():
            return sentence(told)
        case Refused():
            return refused(told)
        case Serving():
            lines = [f"serves {models(told.models)} on {url} (Ctrl-C stops it)" for url in told.listeners]
            return "\n".join([RUNNING, *lines])
        case Reloaded():
            return reloaded(told.listeners)
        case Unchanged():
            return f"{UNCHANGED}: {problems(told.problems, of_config=told.of_config)}"
        case Stopping():
            return None
        case Running():
            return waiting(told.requests, f"Ctrl-C again cuts {'it' if told.requests == 1 else 'them'}")
        case _:
            assert_never(told)


def waiting(running: int, way_out: str) -> str | None:
    """None where there is nothing to wait for."""
    return f"waiting for {requests(running)}; {way_out}" if running else None


def within_reach(url: str) -> str:
    """Where a client on this machine finds a listener: one that is bound to every address is on the loopback too."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return url
    if not address.is_unspecified:
        return url
    return f"{parts.scheme}://{'[::1]' if address.version == 6 else '127.0.0.1'}:{parts.port}"


def refused(told: Refused) -> str:
    return problems(told.problems, of_config=told.of_config, missing=told.missing)


def problems(lines: Sequence[str], *, of_config: bool, missing: Sequence[str] = ()) -> str:
    """Each line begins with its place. Problems of the machine are told as they are. `missing`: variables that are named and not set."""
    if not of_config:
        return "\n".join(lines)
    told = "\n".join([f"the config has {len(lines)} problem{'' if len(lines) == 1 else 's'}", *lines])
    return f"{told}\n\n{unset(missing)}" if missing else told


def unset(names: Sequence[str]) -> str:
    """Variables that a config names and nobody has set, with lines that can be pasted into a shell."""
    return "\n".join(
        [
            "Missing API keys!",
            *(f"  • {name} not found" for name in names),
            "Set them in the shell:",
            *(f'  export {name}="your-api-key"' for name in names),
            "or write NAME=... lines in `.env` beside the config",
        ]
    )


def models(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown or "no model"
