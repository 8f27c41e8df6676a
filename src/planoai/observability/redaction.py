"""What is blackened in texts before anything of them is written. Pure."""

import re
from collections.abc import Iterable, Mapping

_BUILT_IN: Mapping[str, str] = {
    "bearer": r"(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}",
    "key": (
        r"\b(?:sk|pk|rk|gsk|xai|ghp|gho|ghs|glpat|hf|pplx|AKIA|ASIA|AIza|xox[abprs]|eyJ)[A-Za-z0-9_.-]{12,}"
        r"|\b(?:sk|pk|rk|gsk|xai|glpat|hf|pplx|xox[abprs])[-_][A-Za-z0-9_.-]{8,}"
    ),
    "email": r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}",
    "phone": r"(?<![\w.])\+?\d{1,3}?[ .-]?\(?\d{2,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.])",
    "card": r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)",
}


class Redaction:
    """`wanted`: names of shapes that are known here, and regular expressions."""

    def __init__(self, wanted: Iterable[str] = ()) -> None:
        self._patterns = [
            (re.compile(_BUILT_IN.get(each, each)), f"[{each if each in _BUILT_IN else 'redacted'}]") for each in wanted
        ]

    def __call__(self, text: str) -> str:
        for pattern, instead in self._patterns:
            text = pattern.sub(instead, text)
        return text
