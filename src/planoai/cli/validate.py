"""`planoai validate`: everything that is wrong with a config, without starting, binding or stopping anything."""

import os
import stat
from collections.abc import Mapping, Sized
from pathlib import Path

import click
from msgspec import UNSET, Struct, UnsetType
from msgspec.json import encode
from msgspec.json import format as formatted

from planoai.cli import render, surroundings, talk
from planoai.config.load import Loaded
from planoai.config.older.migrate import NEWEST
from planoai.config.places import Note, one_line
from planoai.config.rendered import plain, rendered
from planoai.errors import ConfigError
from planoai.net.proxy import Proxies
from planoai.process.known import fetched
from planoai.process.reading import read
from planoai.process.told import Refused

_SHOWN = 5  # names of many


class Line(Struct, frozen=True):
    """What is said of one place of the file; None where it is of none of them."""

    line: int | None
    column: int | None
    path: str
    message: str


class Verdict(Struct, frozen=True):
    """What `--json` prints. `unserved`: what the file asks for and this version does not do yet. `missing`: variables that are not set."""

    file: str
    valid: bool
    problems: tuple[Line, ...] = ()
    warnings: tuple[Line, ...] = ()
    unserved: tuple[Line, ...] = ()
    missing: tuple[str, ...] = ()
    config: dict[str, object] | UnsetType = UNSET


@click.command()
@talk.names_config
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option("--strict", is_flag=True, help="Take a warning for a problem, and what is not served yet.")
@click.option("--show-rendered", is_flag=True, help="Print the config with defaults filled in and credentials hidden.")
@click.option("--migrate", is_flag=True, help="Write an older file in the newest form, beside it; FILE stays as it is.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, readable=False),
    metavar="OUT",
    help="Where --migrate writes the new file.",
)
def validate(
    file: Path | None,
    folder: Path,
    as_json: bool,
    strict: bool,
    show_rendered: bool,
    migrate: bool,
    output: Path | None,
) -> None:
    """Say everything that is wrong with a config, and how to mend it. Nothing is started.

    \b
    Examples:
      planoai validate
      planoai validate config.yaml --strict
      planoai validate config.yaml --json
      planoai validate old.yaml --migrate
    """
    if output is not None and not migrate:
        raise click.UsageError("-o says where --migrate writes; without it nothing is written")
    if migrate and (as_json or strict or show_rendered):
        raise click.UsageError("--migrate goes with none of --json, --strict and --show-rendered")
    home, environ = surroundings.home(), surroundings.variables()
    if as_json:
        verdict = _verdict(*_found(file, folder, environ, home.root), strict=strict, show=show_rendered)
        click.echo(formatted(encode(verdict), indent=2))
        raise SystemExit(0 if verdict.valid else 1)
    file = surroundings.config_file(file, folder)
    if migrate:
        written = migrated(file, environ, output)
        if written is not None:
            click.echo(f"✓ Wrote {written}")
        return
    _tell(_accepted(_read(file, environ, home.root)), strict=strict, show=show_rendered)


def _found(
    file: Path | None, folder: Path, environ: Mapping[str, str], home: Path
) -> tuple[Path | None, Loaded | Refused]:
    """A program that asks gets a verdict of whatever was given, also of no file."""
    try:
        there = surroundings.config_file(file, folder)
    except click.ClickException as error:
        return file, Refused((error.message,), of_config=False)
    return there, _read(there, environ, home)


def _read(file: Path, environ: Mapping[str, str], home: Path) -> Loaded | Refused:
    """The same as a gateway reads before it starts, proxies included."""
    found = read(file, environ, fetched(home), refuse_unserved=False)
    if isinstance(found, Refused):
        return found
    try:
        Proxies.of(environ)
    except ValueError as error:
        return Refused((str(error),), of_config=False)
    return found


def _accepted(found: Loaded | Refused) -> Loaded:
    """Raises ClickException with all problems of one that is refused."""
    if isinstance(found, Loaded):
        return found
    raise click.ClickException(render.refused(found))


def _tell(loaded: Loaded, *, strict: bool, show: bool) -> None:
    lines = [note.written(loaded.name) for note in sorted({*loaded.notes, *loaded.later})]
    if strict and lines:
        raise click.ClickException(render.problems(lines, of_config=True))
    for line in lines:
        talk.say(f"warning: {line}")
    refused = ", ".join(f"`{note.path}`" for note in loaded.later[:_SHOWN])
    results = [
        f"✓ {loaded.name} is valid",
        *([f"`planoai up` refuses it all the same, for {refused}{_and_more(loaded.later)}"] if refused else []),
    ]
    for result in results:
        click.echo(result, err=show)  # stdout has the config
    if show:
        click.echo(rendered(loaded), nl=False)


def _and_more(things: Sized) -> str:
    return f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""


def _verdict(file: Path | None, found: Loaded | Refused, *, strict: bool, show: bool) -> Verdict:
    name = "" if file is None else surroundings.shown(file)
    if not isinstance(found, Loaded):
        lines = _lines(found.notes) if found.notes else tuple(Line(None, None, "", said) for said in found.problems)
        return Verdict(name, valid=False, problems=lines, missing=found.missing)
    config = plain(found) if show else UNSET
    valid = not (strict and (found.notes or found.later))
    warnings, unserved = _lines(found.notes), _lines(found.later)
    return Verdict(name, valid, warnings=warnings, unserved=unserved, config=config)


def _lines(notes: tuple[Note, ...]) -> tuple[Line, ...]:
    return tuple(
        Line(note.place.line, note.place.column, one_line(note.path), one_line(note.sentence)) for note in notes
    )


def migrated(file: Path, environ: Mapping[str, str], output: Path | None) -> Path | None:
    """The file that now says in the newest form what `file` says; None where that is in it already. Raises ClickException and OSError."""
    from planoai.config.older.rewrite import rewritten  # that few ask for

    found = read(file, environ, refuse_unserved=False)
    if isinstance(found, Refused) and not _lacks_only_variables(found):
        _accepted(found)
    with file.open(encoding="utf-8", newline="") as opened:
        text = opened.read()
    try:
        new = rewritten(text, file.name)
    except ConfigError as error:
        raise click.ClickException(render.problems(error.problems, of_config=True)) from None
    if not new.changes:
        talk.say(f"{file.name} has the newest form already; nothing is written")
        return None
    target = output or file.with_name(f"{file.stem}.{NEWEST}{file.suffix}")
    _write(target, new.text, file.stat().st_mode)
    for change in new.changes:
        talk.say(f"{file.name}: {change}")
    if new.lost:
        lines = f"{', '.join(map(str, new.lost[:_SHOWN]))}{_and_more(new.lost)}"
        talk.say(
            f"warning: not every comment of {file.name} could be taken along; look at line{'s' * (len(new.lost) > 1)} {lines}"
        )
    if target.parent.resolve() != file.parent.resolve():
        talk.say(f"{target.name} is in another folder: paths in it, and its `.env`, are looked for there")
    return target


def _lacks_only_variables(refused: Refused) -> bool:
    """Whether the file itself is right: what its variables are need not be known to write it anew."""
    return bool(refused.missing) and all("is not set" in note.sentence for note in refused.notes)


def _write(file: Path, text: str, mode: int) -> None:
    """A file that was not there. Raises ClickException for one that is, OSError where there can be none, and then there is none."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"Refusing to overwrite {file}: name another file with -o") from None
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as written:
            os.fchmod(descriptor, stat.S_IMODE(mode))
            written.write(text)
    except OSError:
        file.unlink(missing_ok=True)
        raise
