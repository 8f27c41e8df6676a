"""Options written as text: the `x-simulate` header, the directive in the last user text, the words of a command line.

A header is `key=value; key=value`. A directive is `[simulate key=value key="two words"]`, anywhere in the text; it travels
through gateways and translations that would drop a header. A key without a value is a switch that is turned on.
"""

import re
import shlex
from collections.abc import Iterable

from msgspec.structs import replace

from planoai.errors import BadRequest
from planoai.simulate.options import KEYS, Options
from planoai.table import suggestion

_DIRECTIVE = re.compile(r"\[simulate\b((?:[^\]\"']|\"[^\"]*\"|'[^']*')*)\]")


def with_header(options: Options, value: str) -> Options:
    """Raises BadRequest, which names the key and what would be right."""
    pairs = (each.strip() for each in value.split(";"))
    return changed(options, (each for each in pairs if each), "x-simulate")


def with_directives(options: Options, text: str) -> Options:
    """What every directive in `text` says, later ones winning. Raises BadRequest."""
    for match in _DIRECTIVE.finditer(text):
        try:
            words = shlex.split(match[1])
        except ValueError as error:
            raise BadRequest(f"[simulate ...]: {str(error).lower()}") from None
        options = changed(options, words, "[simulate ...]")
    return options


def without_directives(text: str) -> str:
    return _DIRECTIVE.sub("", text).strip()


def changed(options: Options, pairs: Iterable[str], where: str) -> Options:
    """`options` with each `key=value` applied in order. Raises BadRequest, which begins with `where`."""
    values: dict[str, object] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        name = name.strip().replace("-", "_")
        values[name] = parsed(name, value.strip(), where)
    return _consistent(replace(options, **values), where)


def parsed(name: str, value: str, where: str) -> object:
    """The value of the option `name`. Raises BadRequest, which begins with `where`."""
    if name not in KEYS:
        raise BadRequest(f"{where}: {name!r} is not a key{suggestion(name, KEYS)}", param=name)
    kind = KEYS[name].kind
    try:
        return kind.parse(value)
    except ValueError:
        raise BadRequest(f"{where}: {name} takes {kind.takes}, not {value!r}", param=name) from None


def _consistent(options: Options, where: str) -> Options:
    if options.input is not None and options.cached + options.written > options.input:
        least = options.cached + options.written
        raise BadRequest(
            f"{where}: input takes at least cached + written, which is {least}, not {options.input}", param="input"
        )
    if options.output is not None and (options.reasoning or 0) > options.output:
        raise BadRequest(
            f"{where}: output takes at least reasoning, which is {options.reasoning}, not {options.output}",
            param="output",
        )
    return options
