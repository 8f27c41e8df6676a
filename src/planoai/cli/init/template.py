"""The configs that `planoai init` writes, as they come with the package. Those are offered that this version serves whole."""

from pathlib import Path

from msgspec import Struct

from planoai.config.load import Loaded, load
from planoai.errors import ConfigError

_FOLDER = Path(__file__).parent / "templates"
_FIRST = ("gateway",)  # what most begin with; the others by their names


class Template(Struct, frozen=True):
    """`needs`: what it asks for that is not served yet, as paths of the config."""

    id: str
    said: str
    text: str
    needs: tuple[str, ...]


def templates() -> dict[str, Template]:
    """All of them, by their ids."""
    ids = sorted((file.stem for file in _FOLDER.glob("*.yaml")), key=lambda each: (each not in _FIRST, each))
    return {each: _read(each) for each in ids}


def offered() -> dict[str, Template]:
    return {each.id: each for each in templates().values() if not each.needs}


def _read(name: str) -> Template:
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    first, _, _ = text.partition("\n")
    whole = [note.path for note in _loaded(text).later]
    sections = [path for path in whole if "." not in path and "[" not in path]
    return Template(name, first.removeprefix("# ").rstrip("."), text, tuple(sections or whole))


def _loaded(text: str) -> Loaded:
    """Whatever its variables are."""
    try:
        return load(text, {})
    except ConfigError as error:
        return load(text, dict.fromkeys(error.missing, "to-be-set"))
