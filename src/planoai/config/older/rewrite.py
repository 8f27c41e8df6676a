"""A file in an older form -> the same file in the newest, as text. What need not change stays as it is, comments included."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import yaml
from msgspec import Struct

from planoai.config.older.emit import emitted
from planoai.config.older.forms import PREFERENCES, emptied, is_changed, plain, spliced
from planoai.config.older.migrate import NEWEST, updated
from planoai.config.older.splices import Tangled
from planoai.config.places import Place, Report, shown
from planoai.config.tree import Fields, Scalar, compose
from planoai.errors import ConfigError


class Rewritten(Struct, frozen=True):
    """`changes`: a line each; none where the file is in its newest form already. Nothing in `text` is expanded: `$NAME` stays.

    `lost`: the lines of comments that are not in it any more.
    """

    text: str
    changes: tuple[str, ...]
    lost: tuple[int, ...] = ()


def rewritten(text: str, name: str = "config.yaml") -> Rewritten:
    """Raises ConfigError where `text` can not be read, or says the same thing in two forms at once. It need not be a config that can be served."""
    report = Report()
    old = compose(text, report)
    new = updated(old, report) if old is not None else None
    if old is None or new is None or report.problems:
        raise ConfigError([note.written(name) for note in sorted(set(report.problems))])
    if plain(old) == plain(new):
        return Rewritten(text, ())
    body = text.replace("\r\n", "\n").removesuffix("\n") + "\n"
    candidates: tuple[Callable[[], str], ...] = (
        lambda: spliced(body, old, new),
        lambda: spliced(body, old, new, whole={PREFERENCES}),
        lambda: spliced(body, old, new, whole={"listeners"}),
        lambda: spliced(body, old, new, whole={PREFERENCES, "listeners"}),
        lambda: "".join(f"{line}\n" for line in emitted(new)),
    )
    for candidate in candidates:
        try:
            written = candidate()
        except (Tangled, yaml.YAMLError):
            continue
        if _reads_as(written, new):
            lines = written.replace("\n", "\r\n") if "\r\n" in text else written
            return Rewritten(lines, tuple(_changes(old, new, report)), _lost(body, written))
    raise ConfigError([f"{name}: it holds values with tags of their own (`!...`), which can not be written anew"])


def _reads_as(text: str, wanted: Fields) -> bool:
    """Whether `text` holds just the values that are wanted, so that it means the same whatever the variables in it are."""
    report = Report()
    root = compose(text, report)
    return root is not None and not report.problems and plain(root) == plain(wanted)


def _lost(before: str, after: str) -> tuple[int, ...]:
    try:
        comments, left = list(_comments(before)), Counter(comment for _, comment in _comments(after))
    except yaml.YAMLError:  # what libyaml takes and this scanner does not
        comments, left = [(found.start(), found[0]) for found in re.finditer("#.*", before)], Counter()
    lost = []
    for index, comment in comments:
        if not left[comment]:
            lost.append(before.count("\n", 0, index) + 1)
        left[comment] -= left[comment] > 0
    return tuple(lost)


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Everything between the tokens that is one, and where it begins."""
    done = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start, end = token.start_mark.index, token.end_mark.index
        yield from ((done + found.start(), found[0]) for found in re.finditer(r"#.*", text[done:start]))
        if isinstance(token, yaml.ScalarToken) and token.style in {"|", ">"}:
            header = text[start:end].partition("\n")[0]
            yield from ((start + found.start(), found[0]) for found in re.finditer(r"(?<= )#.*", header))
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
