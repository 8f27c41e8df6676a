"""`planoai init`: a config to begin with, chosen from a list, from a template, or made of the keys that are there."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
from click.core import ParameterSource
from msgspec import Struct

from planoai.cli import completing, ollama, surroundings, talk, zero
from planoai.cli.init import template, wizard
from planoai.cli.init.choosing import Item
from planoai.config import defaults
from planoai.errors import PlanoError
from planoai.process.reading import read
from planoai.process.told import Refused
from planoai.table import suggestion

_SHOWN = 28  # lines
_EMPTY = "empty"
_FROM_ENV = "from-env"
_NO_TTY = """Interactive mode requires a TTY; without one, say what to write:
  planoai init --template ID    one of `planoai init --list-templates`
  planoai init --from-env       what serves the keys that are there
  planoai init --clean          an empty file"""


class Draft(Struct, frozen=True):
    """What is to be written. `name` says what it was made of."""

    name: str
    text: str


@click.command()
@click.option(
    "--template",
    "wanted",
    metavar="ID",
    shell_complete=completing.templates,
    help="What to write: one of --list-templates.",
)
@click.option(
    "--from-env",
    is_flag=True,
    help="Write what serves the providers whose keys the shell or .env has, and an Ollama that runs here.",
)
@click.option("--clean", is_flag=True, help="Write an empty file.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    default=surroundings.NAMES[0],
    show_default=True,
    help="Where to write it.",
)
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.option("--list-templates", "listing", is_flag=True, help="Say which templates there are.")
@click.pass_context
def init(
    context: click.Context,
    wanted: str | None,
    from_env: bool,
    clean: bool,
    output: Path,
    force: bool,
    listing: bool,
) -> None:
    """Write a config to begin with. On a terminal it asks which one; keys are named in it, and never written.

    \b
    Examples:
      planoai init
      planoai init --from-env
      planoai init --list-templates
      planoai init --template gateway -o ~/plano/config.yaml
    """
    if sum((wanted is not None, from_env, clean)) > 1:
        raise click.UsageError("--template, --from-env and --clean do not go together")
    if listing:
        click.echo("\n".join(["Available templates", *_listed()]))
        return
    output = _expanded(output)
    if wanted is not None:
        draft = _template(wanted)
    elif from_env:
        draft = _of_environment(output.parent)
    elif clean:
        draft = Draft(_EMPTY, "\n")
    elif wizard.is_possible():
        named = context.get_parameter_source("output") is not ParameterSource.DEFAULT
        try:
            draft, output, force = _asked(output, named=named, force=force)
        except (click.Abort, KeyboardInterrupt):
            talk.say("Cancelled.")
            return
    else:
        raise click.ClickException(_NO_TTY)
    _write(output, draft.text, force=force)
    click.echo("\n".join([f"✓ Wrote {output} ({draft.name})", *_preview(draft.text)]))
    for line in _next(output, draft):
        talk.say(line)


def _listed() -> list[str]:
    return [f"{each.id} - {each.said}" for each in template.offered().values()]


def _expanded(path: Path) -> Path:
    """Raises ClickException where nothing can be written."""
    try:
        path = surroundings.told(path.expanduser())
    except RuntimeError:
        raise click.ClickException(f"{path}: there is no such user, or one without a home") from None
    if path.is_dir():
        raise click.ClickException(f"{path} is a folder; `-o {path / surroundings.NAMES[0]}` writes a file in it")
    return path


def _template(name: str) -> Draft:
    """Raises ClickException for one that is not known, or not served yet."""
    every = template.templates()
    found = every.get(name) or every.get(name.replace("-", "_"))
    if found is None:
        near = suggestion(name, template.offered())
        raise click.ClickException(f"Unknown template: {name}{near}\n`planoai init --list-templates` says what each is")
    if found.needs:
        needs = " and ".join(f"`{each}`" for each in found.needs)
        raise click.ClickException(f"the template {found.id} needs {needs}, which this version does not serve yet")
    return Draft(found.id, found.text)


def _of_environment(folder: Path, local: str = ollama.ADDRESS) -> Draft:
    """`folder` is where its `.env` would be. Raises PlanoError where there is nothing to serve, or a key that can not be sent."""
    found = zero.made(surroundings.home(), surroundings.variables(), folder, port=None, local=local)
    text = defaults.own(found.environ, ollama=local if found.local is not None else None)
    if text is None:
        said = "no key is set in the shell or in .env, and no Ollama runs here"
        raise PlanoError(f"{said}; `planoai init --template gateway` names keys to be set")
    return Draft(_FROM_ENV, text)


def _asked(output: Path, *, named: bool, force: bool) -> tuple[Draft, Path, bool]:
    """What to write, where, and whether over what is there. `named`: the user has said where. Raises Abort and PlanoError."""
    drafts = dict(_drafts(output.parent))
    items = tuple(Item(name, said) for name, (said, _) in drafts.items())
    name = wizard.choose("What to begin with? (arrows, Enter; q cancels)", items, at=1)
    click.echo(f"Template: {name}")
    _, draft = drafts[name]
    if not named:
        output = _expanded(wizard.path(str(output)))
    if not force and output.exists():
        if not wizard.overwrite(output):
            raise click.Abort
        force = True
    return draft, output, force


def _drafts(folder: Path) -> Iterator[tuple[str, tuple[str, Draft]]]:
    """What can be chosen, each with what is said of it."""
    yield _EMPTY, ("An empty file", Draft(_EMPTY, "\n"))
    with suppress(PlanoError):  # it says why when it is asked for
        yield _FROM_ENV, ("The providers whose keys are there, and an Ollama that runs here", _of_environment(folder))
    for each in template.offered().values():
        yield each.id, (each.said, Draft(each.id, each.text))


def _write(file: Path, text: str, *, force: bool) -> None:
    """With the folders on the way to it. Raises ClickException where it is there and may not be overwritten."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise click.ClickException(f"{file.parent} is a file, and {file.name} can not be in it") from None
    try:
        with file.open("w" if force else "x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        said = f"Refusing to overwrite {file}: name another file with -o, or say --force"
        raise click.ClickException(said) from None


def _preview(text: str) -> list[str]:
    lines = text.rstrip("\n").splitlines()
    more = ["... (truncated)"] if len(lines) > _SHOWN else []
    return [f"  │ {line}".rstrip() for line in [*(lines[:_SHOWN] or ["(empty)"]), *more]]


def _next(file: Path, draft: Draft) -> Iterator[str]:
    """What is still to be done, as lines for a shell."""
    if draft.name == _EMPTY:
        yield f"`planoai validate {shlex.quote(str(file))}` says what it has to have"
        return
    found = read(file, surroundings.variables(), refuse_unserved=False)
    yield "Next:"
    if isinstance(found, Refused):
        yield from (f'  export {name}="your-api-key"' for name in found.missing)
    yield f"  planoai up{'' if surroundings.found(Path()) == file else f' {shlex.quote(str(file))}'}"
