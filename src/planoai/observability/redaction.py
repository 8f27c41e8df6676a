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
        self._shapes = [
            (
                _MAY_HOLD.get(each, _may),
                re.compile(_BUILT_IN.get(each, each)),
                f"[{each if each in _BUILT_IN else 'redacted'}]",
            )
            for each in wanted
        ]

    def __call__(self, text: str) -> str:
        for may_hold, pattern, instead in self._shapes:
            if may_hold(text):
                text = pattern.sub(instead, text)
        return text
