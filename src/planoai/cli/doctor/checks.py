"""What `planoai doctor` looks at: facts of this machine -> what of them is good, what is not, and what helps. Pure.

To have it look at one more thing, add a row to CHECKS.
"""

import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median_low
from typing import Literal, assert_never
from urllib.parse import urlsplit

from msgspec import Struct

from planoai.cli.doctor.facts import Facts
from planoai.cli.status.condition import Condition, answers, duration
from planoai.config.entry import base_of, needs_key, passes_through, prefix, provider_of
from planoai.config.schema import Config

Level = Literal["ok", "warn", "fail"]

_MARKS: Mapping[Level, str] = {"ok": "✓", "warn": "!", "fail": "✗"}
_LITTLE_SPACE = 1_000_000_000  # bytes
_FEW_FILES = 4096  # two for each request that runs
_CLOCK_SECONDS = 60.0
_DAY = 86400
_SOON_DAYS = 14
_SHOWN = 5  # problems of many


class Finding(Struct, frozen=True):
    """Of one check. `todo`: what helps; "" where nothing has to be done."""

    check: str
    level: Level
    said: str
    todo: str = ""


class Check(Struct, frozen=True):
    """`run` has nothing to say where there is nothing to look at."""

    name: str
    run: Callable[[Facts, str], Iterator[Finding]]


def findings(facts: Facts) -> list[Finding]:
    return [found for check in CHECKS for found in check.run(facts, check.name)]


def shown(found: Sequence[Finding]) -> str:
    """A line for each, under it what helps."""
    width = max(len(each.check) for each in found) + 2
    lines = []
    before = ""
    for each in found:
        name = each.check if each.check != before else ""
        before = each.check
        lines.append(f"{_MARKS[each.level]} {name:<{width}}{each.said}")
        if each.todo:
            lines.append(f"  {'':<{width}}→ {each.todo}")
    return "\n".join(lines)


def summary(found: Sequence[Finding]) -> str:
    counts = [
        (sum(each.level == level for each in found), word) for level, word in (("fail", "problem"), ("warn", "warning"))
    ]
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return ", ".join(told) or "nothing is wrong"


def addresses(config: Config) -> dict[str, tuple[str, ...]]:
    """Where requests go, and the providers that are asked there."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for entry in config.model_providers:
        names = found[base_of(entry).origin]
        if prefix(entry) not in names:
            names.append(prefix(entry))
    return {origin: tuple(names) for origin, names in found.items()}


def _program(facts: Facts, name: str) -> Iterator[Finding]:
    yield Finding(name, "ok", facts.program)


def _home(facts: Facts, name: str) -> Iterator[Finding]:
    home = facts.home
    if not home.writable:
        said = f"{home.path} can not be written to" if home.mode is not None else f"{home.path} can not be made"
        yield Finding(name, "fail", said, "set PLANO_HOME to a folder of your own")
    elif home.mode is None:
        yield Finding(name, "ok", f"{home.path} is made by the first `planoai up`")
    elif home.open_to_others:
        said = f"others may write to {home.path}: who can replace its folders can stop Plano and read its logs"
        yield Finding(name, "warn", said, f"chmod 700 {home.path}")
    elif home.mode & 0o077:
        yield Finding(name, "warn", f"others may look into {home.path} ({home.mode:04o})", f"chmod 700 {home.path}")
    else:
        yield Finding(name, "ok", f"{home.path} is writable, and for its owner alone")


def _disk(facts: Facts, name: str) -> Iterator[Finding]:
    free = f"{facts.home.free / 1_000_000_000:.1f} GB are free for {facts.home.path}"
    if facts.home.free < _LITTLE_SPACE:
        yield Finding(name, "warn", free, "make room: on a full disk nothing is logged or recorded")
    else:
        yield Finding(name, "ok", free)


def _files(facts: Facts, name: str) -> Iterator[Finding]:
    most = facts.open_files
    if most is not None and most < _FEW_FILES:
        said = f"a process may have {most} files open: enough for {most // 2} requests at a time"
        yield Finding(name, "warn", said, "raise the hard limit, as with `ulimit -Hn 65536` before `planoai up`")
    else:
        yield Finding(name, "ok", f"{'any number' if most is None else most} in a process")


def _config(facts: Facts, name: str) -> Iterator[Finding]:
    if facts.refused:
        count = len(facts.refused)
        more = "" if count == 1 else f" (the first of {count} problems)"
        todo = f"`{_validate(facts)}` shows all of them, and what helps" if facts.of_config and count > 1 else ""
        yield Finding(name, "fail", f"{facts.refused[0]}{more}", todo)
    elif facts.loaded is None or not facts.file:
        said = "there is none here: `planoai up` serves every provider, with the keys that are set and those of clients"
        yield Finding(name, "ok", said, "`planoai init` writes one")
    else:
        count = len(facts.loaded.warnings)
        yield Finding(name, "ok", f"{facts.file} is valid")
        for line in facts.loaded.warnings[:_SHOWN]:
            yield Finding(name, "warn", line)
        if count > _SHOWN:
            yield Finding(
                name,
                "warn",
                f"and {count - _SHOWN} more warnings",
                f"`{_validate(facts)}` shows all of them",
            )


def _validate(facts: Facts) -> str:
    return f"planoai validate {shlex.quote(facts.file)}"


def _unserved(facts: Facts, name: str) -> Iterator[Finding]:
    for line in facts.loaded.unserved if facts.loaded else ():
        yield Finding(name, "fail", line, "take it out: `planoai up` refuses the file because of it")


def _variables(facts: Facts, name: str) -> Iterator[Finding]:
    for source, where in (("shell", "set in this shell"), (".env", "set in `.env`")):
        names = [each.name for each in facts.variables if each.source == source and not each.empty]
        if names:
            yield Finding(name, "ok", f"{', '.join(names)}: {where}")
    for each in facts.variables:
        if each.empty:
            yield Finding(name, "warn", f"{each.name} is set, and empty", f'export {each.name}="..."')
        elif not each.source:
            todo = f'export {each.name}="...", or write {each.name}=... in `.env` beside the config'
            yield Finding(name, "fail", f"{each.name} is not set", todo)


def _keys(facts: Facts, name: str) -> Iterator[Finding]:
    if facts.loaded is None:
        return
    lacking = [each for each in facts.loaded.config.model_providers if needs_key(each)]
    for entry in lacking:
        row = provider_of(entry)
        ways = [
            *([f"`access_key: ${row.key_variable}`"] if row.key_variable else ["`access_key`"]),
            *(["`aws`"] if row.seals else []),
        ]
        said = f"{entry.name} has no key: every request for it gets a 500"
        yield Finding(name, "fail", said, f"write {' or '.join(ways)} into its entry")
    entries = facts.loaded.config.model_providers
    if entries and not lacking:
        none = all(passes_through(each) for each in entries)
        said = "each client has to send its own" if none else "every provider that asks for a key has one"
        yield Finding(name, "ok", said)


def _certificates(facts: Facts, name: str) -> Iterator[Finding]:
    for each in facts.certificates:
        if each.left is None:
            yield Finding(name, "warn", f"{each.path} does not tell how long it is valid")
        elif each.left <= 0:
            said = f"{each.path} ended {duration(-each.left)} ago: clients refuse it"
            yield Finding(name, "fail", said, "renew it, then `planoai reload`")
        elif each.left < _SOON_DAYS * _DAY:
            yield Finding(name, "warn", f"{each.path} ends in {duration(each.left)}", "renew it, then `planoai reload`")
        else:
            yield Finding(name, "ok", f"{each.path} is valid for {int(each.left // _DAY)} days")


def _ports(facts: Facts, name: str) -> Iterator[Finding]:
    if facts.loaded is None:
        return
    for problem in facts.taken:
        yield Finding(name, "fail", problem)  # which says what helps
    if not facts.taken:
        served = {urlsplit(door.bound).port for door in facts.condition.listeners}
        for each in facts.loaded.config.listeners:
            yield Finding(
                name, "ok", f"{each.port}: {'served by the Plano that runs' if each.port in served else 'can be had'}"
            )


def _gateway(facts: Facts, name: str) -> Iterator[Finding]:
    condition = facts.condition
    who = f"pid {condition.pid}" if condition.pid else "in another container or on another machine"
    match condition.state:
        case "stopped":
            yield Finding(name, "ok", "no Plano runs")
        case "crashed":
            said = (
                f"no Plano runs, and the last one{'' if condition.pid is None else f' ({who})'} ended without stopping"
            )
            yield Finding(name, "warn", said, f"{condition.log} may say why; `planoai up` starts another")
        case "silent":
            yield Finding(name, "warn", f"one runs ({who}) that has not said how it is", f"{condition.log} may say why")
        case "starting" | "draining":
            yield Finding(name, "ok", f"it is {'starting' if condition.state == 'starting' else 'stopping'} ({who})")
        case "serving":
            yield from _serving(condition, name, who)
        case _:
            assert_never(condition.state)


def _serving(condition: Condition, name: str, who: str) -> Iterator[Finding]:
    if condition.good:
        yield Finding(name, "ok", f"it serves {condition.config} ({who}, up {duration(condition.uptime)})")
    if condition.halted:
        said = f"its supervisor ({who}) has been halted, and reacts to nothing"
        yield Finding(name, "fail", said, f"kill -CONT {condition.pid}")
    for door in condition.listeners:
        if not door.good:
            said = f"{door.url}: {answers(door)}"
            yield Finding(name, "fail", said, f"{condition.log} may say why; `planoai up` starts it anew")
    if condition.changed:
        yield Finding(
            name, "warn", f"{condition.config} has changed since it was read", "`planoai reload` serves it as it is now"
        )
    for problem in condition.reload.problems[:1]:
        yield Finding(name, "warn", f"the last reload was refused: {problem}", "mend it, then `planoai reload`")


def _proxies(facts: Facts, name: str) -> Iterator[Finding]:
    if facts.proxies:
        yield Finding(name, "fail", facts.proxies)
    through: defaultdict[str, list[str]] = defaultdict(list)
    for place in facts.places or ():
        if place.through:
            through[place.through] += place.providers
    for variable, providers in through.items():
        yield Finding(name, "ok", f"requests to {', '.join(providers)} go through the one that {variable} names")


def _providers(facts: Facts, name: str) -> Iterator[Finding]:
    for place in facts.places or ():
        who = f"{', '.join(place.providers)}: {place.origin}"
        if place.answer.status is None:
            todo = "look at the address, the network and the proxies: requests to it get a 502"
            yield Finding(name, "fail", f"{who} {place.answer.problem}", todo)
        else:
            yield Finding(name, "ok", f"{who} answers, after {place.answer.ms:.0f} ms")


def _clock(facts: Facts, name: str) -> Iterator[Finding]:
    told = [place.ahead for place in facts.places or () if place.ahead is not None]
    if not told:
        return
    ahead = median_low(told)
    if abs(ahead) > _CLOCK_SECONDS:
        said = f"by that of the providers, the one of this machine is {duration(abs(ahead))} {'slow' if ahead > 0 else 'fast'}"
        yield Finding(name, "warn", said, "set it: signed requests are refused, and certificates seem invalid")
    else:
        yield Finding(name, "ok", "that of this machine is right")


def _ollama(facts: Facts, name: str) -> Iterator[Finding]:
    if facts.local is not None:
        told = f"{facts.local} model{'' if facts.local == 1 else 's'}"
        yield Finding(name, "ok", f"it runs on this machine with {told}, and an entry `ollama/*` serves them")


CHECKS: tuple[Check, ...] = (
    Check("program", _program),
    Check("PLANO_HOME", _home),
    Check("disk", _disk),
    Check("open files", _files),
    Check("gateway", _gateway),
    Check("config", _config),
    Check("not served yet", _unserved),
    Check("variables", _variables),
    Check("keys", _keys),
    Check("certificates", _certificates),
    Check("ports", _ports),
    Check("proxies", _proxies),
    Check("providers", _providers),
    Check("clock", _clock),
    Check("Ollama", _ollama),
)
