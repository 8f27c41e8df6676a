"""Options written as text: the `x-simulate` header, the directive in the last user text, the words of a command line.

A header is `key=value; key=value`. A directive is `[simulate key=value key="two words"]`, anywhere in the text; it travels
through gateways and translations that would drop a header. A key without a value is a switch that is turned on.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from planoai.errors import BadRequest
from planoai.simulate.options import KEYS, Options
from planoai.table import suggestion

_START = re.compile(r"\[simulate(?=[\s\]])")
_WORD = re.compile(r"""\s+([A-Za-z_][\w-]*)(?:=("[^"]*"|'[^']*'|[^\s\]"'][^\s\]]*|))?(?=[\s\]])""")
_END = re.compile(r"\s*\]")
_NAME = "[simulate ...]"
_QUOTES = ("'", '"')


def with_header(options: Options, value: str) -> Options:
    """Raises BadRequest, which names the key and what would be right."""
    pairs = (each.strip() for each in value.split(";"))
    return changed(options, (each for each in pairs if each), "x-simulate")


def with_directives(options: Options, text: str) -> Options:
    """What every directive in `text` says, later ones winning. Raises BadRequest."""
    for _, _, pairs in _directives(text):
        options = changed(options, pairs, _NAME)
    return options


def without_directives(text: str) -> str:
    """What is left to be quoted. Raises BadRequest."""
    kept, place = [], 0
    for start, end, _ in _directives(text):
        kept.append(text[place:start])
        place = end
    return "".join([*kept, text[place:]]).strip()


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


def _directives(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where each directive starts and ends, and its pairs without quotes."""
    start = _START.search(text)
    while start is not None:
        place = start.end()
        pairs = []
        while word := _WORD.match(text, place):
            name, value = word[1], word[2] or ""
            pairs.append(f"{name}={value[1:-1] if value[:1] in _QUOTES else value}")
            place = word.end()
        end = _END.match(text, place)
        if end is None:
            found = text[place : place + 20].strip()
            raise BadRequest(
                f"{_NAME}: {found!r} is not key=value; quotes go around a whole value, and ] ends the directive"
            )
        yield start.start(), end.end(), pairs
        start = _START.search(text, end.end())


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
