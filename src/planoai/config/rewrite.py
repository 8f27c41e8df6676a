"""A file in an older form -> the same file in the newest, as text. What need not change stays as it is, comments included."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import yaml
from msgspec import Struct

from planoai.config.emit import emitted
from planoai.config.forms import PREFERENCES, emptied, is_changed, plain, spliced
from planoai.config.migrate import NEWEST, updated
from planoai.config.places import Place, Report, shown
from planoai.config.splices import Tangled
from planoai.config.tree import Fields, Scalar, compose
from planoai.errors import ConfigError


class Rewritten(Struct, frozen=True):
    """`changes`: a line each; none where the file is in its newest form already. Nothing in `text` is expanded: `$NAME` stays."""

    text: str
    changes: tuple[str, ...]
    comments_kept: bool


def rewritten(text: str, name: str = "config.yaml") -> Rewritten:
    """Raises ConfigError where `text` can not be read, or says the same thing in two forms at once. It need not be a config that can be served."""
    report = Report()
    old = compose(text, report)
    new = updated(old, report) if old is not None else None
    if old is None or new is None or report.problems:
        raise ConfigError([note.written(name) for note in sorted(set(report.problems))])
    if plain(old) == plain(new):
        return Rewritten(text, (), comments_kept=True)
    body = text.replace("\r\n", "\n").removesuffix("\n") + "\n"
    candidates: tuple[Callable[[], str], ...] = (
        lambda: spliced(body, old, new, by_line=True),
        lambda: spliced(body, old, new, by_line=False),
        lambda: "".join(f"{line}\n" for line in emitted(new)),
    )
    for candidate in candidates:
        try:
            written = candidate()
        except (Tangled, yaml.YAMLError):
            continue
        if _reads_as(written, new):
            lines = written.replace("\n", "\r\n") if "\r\n" in text else written
            return Rewritten(lines, tuple(_changes(old, new, report)), _are_kept(body, written))
    raise ConfigError([f"{name}: it holds values with tags of their own (`!...`), which can not be written anew"])


def _reads_as(text: str, wanted: Fields) -> bool:
    """Whether `text` holds just the values that are wanted, so that it means the same whatever the variables in it are."""
    root = compose(text, Report())
    return root is not None and plain(root) == plain(wanted)


def _are_kept(before: str, after: str) -> bool:
    try:
        return not Counter(_comments(before)) - Counter(_comments(after))
    except yaml.YAMLError:  # what libyaml takes and this scanner does not
        return "#" not in before


def _comments(text: str) -> Iterator[str]:
    """Everything between the tokens that is one."""
    done = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start, end = token.start_mark.index, token.end_mark.index
        yield from re.findall(r"#.*", text[done:start])
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
            yield from re.findall(r"(?<= )#.*", text[start:end].partition("\n")[0])
        done = max(done, end)


def _changes(old: Fields, new: Fields, report: Report) -> Iterator[str]:
    """In the order of the file."""
    said: list[tuple[Place, str]] = []
    for entry in old.entries:
        if entry.key == "version" and is_changed(old, new, "version"):
            was = entry.value.text if isinstance(entry.value, Scalar) else ""
            said.append((entry.place, f"`version: {was}` is now `version: {NEWEST}`"))
        elif entry.key == "llm_providers":
            said.append((entry.place, "`llm_providers` is now `model_providers`"))
        elif entry.key == "listeners" and isinstance(entry.value, Fields):
            said.append((entry.place, "the map of `listeners` is now a list"))
    for place, model in emptied(old, new):
        said.append((place, f"the preferences of {shown(model)} are now under the top-level `{PREFERENCES}`"))
    said += [(note.place, note.sentence) for note in report.warnings if f"{PREFERENCES}[" in note.path]
    for place, sentence in sorted(said):
        yield f"line {place.line}: {sentence}"
