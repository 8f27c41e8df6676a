"""`$NAME` and `${NAME}` in a config's values, and the `.env` text that may hold some of them. The process environment wins."""

import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<braced>[^}]*)\}|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|(?P<open>\{))")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Variables:
    """What a value may refer to."""

    def __init__(self, environ: Mapping[str, str], dotenv: str = "") -> None:
        self._values = {**read_dotenv(dotenv), **environ}

    def get(self, name: str) -> str | None:
        return self._values.get(name)

    def expand(self, text: str, *, secret: bool = False) -> str:
        """`text` with every reference replaced; `$$` is a dollar sign, and so is a `$` that no name follows.

        Raises ValueError for a variable that is not set. In a `secret` the name is only told where it can be nothing but a name: `$` may also
        be a character of a key that should have been written `$$`.
        """

        def value(match: re.Match[str]) -> str:
            if match["dollar"]:
                return "$"
            name = match["braced"] if match["braced"] is not None else match["plain"]
            if match["open"] or not _NAME.fullmatch(name):
                raise ValueError(
                    "`${` must be followed by the name of a variable and `}`; write `$$` for a dollar sign"
                )
            found = self._values.get(name)
            if found is None:
                inside = match.start() > 0 and not text[match.start() - 1].isspace()
                if secret and inside and match["plain"]:
                    raise ValueError("a variable in it is not set; write `$$` for a dollar sign")
                raise ValueError(
                    f"the variable {name} is not set; `export {name}=...` in the shell, or write {name}=... in `.env` beside the config"
                )
            return found

        return _REFERENCE.sub(value, text)


def mentions(text: str) -> bool:
    """Whether expanding `text` can change it."""
    return _REFERENCE.search(text) is not None


def read_dotenv(text: str) -> dict[str, str]:
    """`NAME=value` lines; `export ` before a name, quotes around a value, empty lines and lines that begin with `#` are as in a shell."""
    values = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not _NAME.fullmatch(name):
            continue
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        values[name] = value
    return values
