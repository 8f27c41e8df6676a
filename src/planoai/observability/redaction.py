"""What is blackened in texts before anything of them is written. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping

_KEY = (
    r"\b(?:sk|pk|rk|gsk|xai|ghp|gho|ghs|glpat|hf|pplx|AKIA|ASIA|AIza|xox[abprs]|eyJ)[A-Za-z0-9_.-]{12,}"
    r"|\b(?:sk|pk|rk|gsk|xai|glpat|hf|pplx|xox[abprs])[-_][A-Za-z0-9_.-]{8,}"
)
_SHORTEST_KEY = 11
_REACH = 256  # characters after its first one by which a shape that is built in is known
LONGEST_REACH = 1024  # the same of an expression, as far as anybody looks

_BUILT_IN: Mapping[str, str] = {
    "bearer": r"(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}",
    "key": _KEY,
    "email": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}",
    "phone": r"(?<![\w.])\+?\d{1,3}?[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.])",
    "card": r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)",
}

_key = re.compile(_KEY)

# Models and tools have names that begin as keys do, and carry dates: there, a key has a long part that no name has, and digits are no number to call.
_KEY_IN_NAME = rf"(?={_KEY})[A-Za-z0-9_.-]*?[A-Za-z0-9]{{16}}[A-Za-z0-9_.-]*"
_OF_DIGITS = frozenset(("phone", "card"))


def _may_hold_bearer(text: str) -> bool:
    return "bearer" in text.lower()


def _may_hold_key(text: str) -> bool:
    return any(_key.search(word) for word in text.split() if len(word) >= _SHORTEST_KEY)


def _may_hold_email(text: str) -> bool:
    return "@" in text


def _may(_: str) -> bool:
    return True


# Most texts hold nothing of the kind, and that is seen sooner than an expression is tried at every letter.
_MAY_HOLD: Mapping[str, Callable[[str], bool]] = {
    "bearer": _may_hold_bearer,
    "key": _may_hold_key,
    "email": _may_hold_email,
}


class Redaction:
    """`wanted`: names of shapes that are known here, and regular expressions.

    `reach`: characters that have to be there after the first one of something, so that it is seen.
    """

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        wanted = tuple(wanted)
        self.reach = _REACH if _BUILT_IN.keys() >= set(wanted) else LONGEST_REACH
        self._shapes = _shapes(wanted, _BUILT_IN)
        in_names = (each for each in wanted if each not in _OF_DIGITS)
        self._in_names = _shapes(in_names, {**_BUILT_IN, "key": _KEY_IN_NAME})

    def __call__(self, text: str) -> str:
        return _blackened(text, self._shapes)

    def name(self, text: str) -> str:
        """The same for what is chosen as a name: of a model, a tool, a path, a program."""
        return _blackened(text, self._in_names)


_Shapes = list[tuple[Callable[[str], bool], re.Pattern[str], str]]


def _shapes(wanted: Iterable[str], built_in: Mapping[str, str]) -> _Shapes:
    return [
        (
            _MAY_HOLD.get(each, _may),
            re.compile(built_in.get(each, each)),
            f"[{each if each in built_in else 'redacted'}]",
        )
        for each in wanted
    ]


def _blackened(text: str, shapes: _Shapes) -> str:
    for may_hold, pattern, instead in shapes:
        if may_hold(text):
            text = pattern.sub(instead, text)
    return text
