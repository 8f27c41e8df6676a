"""`$NAME` and `${NAME}` in a config's values, and the `.env` text that may hold some of them. The process environment wins."""

import re
from collections.abc import Mapping, Sequence

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>[^${}]*)\}|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|(?P<open>\{))")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USUAL_NAME = re.compile(r"[A-Z][A-Z0-9_]+")
_DELIMITERS = frozenset(":/@?&=")  # of the parts of a URL

_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=(?P<value>.*)")
_QUOTED = re.compile(r"""\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)')\s*(?:\s\#.*)?""")


class Variables:
    """What a value may refer to. `missing`: the names that were asked for and are not set, in the order of the first time."""

    def __init__(self, environ: Mapping[str, str], dotenv: str = "") -> None:
        self._values = {**read_dotenv(dotenv), **environ}
        self.missing: list[str] = []

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def expand(self, text: str, *, secret: bool = False, lenient: bool = False) -> str:
        """`text` with every reference replaced; `$$` is a dollar sign, and so is a `$` that no name follows.

        Raises ValueError for a variable that is not set, unless `lenient`: then what can not be replaced stays as it was typed. In a `secret`
        the name is only told where it can be nothing but a name: `$` may also be a character of a key that should have been written `$$`.
        """
        unset: list[str] = []
        wrong: list[str] = []

        def value(match: re.Match[str]) -> str:
            if match["dollar"]:
                return "$"
            name = match["braced"] if match["braced"] is not None else match["plain"]
            if match["open"] or not _NAME.fullmatch(name):
                wrong.append("`${` must be followed by the name of a variable and `}`; write `$$` for a dollar sign")
            elif name in self._values:
                return self._values[name]
            elif secret and not _is_name(match):
                wrong.append("a variable in it is not set; write `$$` for a dollar sign")
            else:
                unset.append(name)
            return match[0]

        expanded = _REFERENCE.sub(value, text)
        if lenient:
            return expanded
        names = list(dict.fromkeys(unset))
        self.missing += [name for name in names if name not in self.missing]
        if wrong or names:
            raise ValueError("; ".join([*dict.fromkeys(wrong), *([_not_set(names)] if names else [])]))
        return expanded


def mentions(text: str) -> bool:
    """Whether expanding `text` can change it."""
    return _REFERENCE.search(text) is not None


def is_reference(text: str) -> bool:
    """Whether `text` is one reference and nothing else."""
    found = _REFERENCE.fullmatch(text.strip())
    return found is not None and bool(found["braced"] or found["plain"])


def read_dotenv(text: str) -> dict[str, str]:
    """`NAME=value` lines; `export ` before a name, quotes around a value, comments and empty lines are as in a shell.

    A value is one line. A line that is no assignment is passed over.
    """
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    assignments = [found for line in lines if (found := _ASSIGNMENT.fullmatch(line))]
    return {found["name"]: _value(found["value"]) for found in assignments}


def _value(written: str) -> str:
    quoted = _QUOTED.fullmatch(written)
    if quoted is None:
        return re.split(r"\s#", written, maxsplit=1)[0].strip()
    if quoted["single"] is not None:
        return quoted["single"]
    return re.sub(r'\\(["\\$`])', r"\1", quoted["double"])


def _is_name(match: re.Match[str]) -> bool:
    """Whether this reference can be nothing but the name of a variable: in braces, a word of its own, or a whole part of a URL."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    if match["braced"] is not None or not before or before[-1].isspace():
        return True
    if "://" in before and "@" not in after:  # of the host or behind it; what stands before an `@` may be a password
        return before[-1] in _DELIMITERS | {"."}
    is_part = before[-1] in _DELIMITERS and (not after or after[0] in _DELIMITERS)
    return is_part and _USUAL_NAME.fullmatch(match["plain"]) is not None


def _not_set(names: Sequence[str]) -> str:
    if len(names) > 1:
        listed = f"{', '.join(names[:-1])} and {names[-1]}"
        return f"the variables {listed} are not set; `export` them in the shell, or write NAME=... lines in `.env` beside the config"
    name = names[0]
    return f"the variable {name} is not set; `export {name}=...` in the shell, or write {name}=... in `.env` beside the config"
