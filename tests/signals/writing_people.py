"""What people may write, for hypothesis: words of phrases, nearly phrases, and all that is at odds with them."""

from hypothesis import strategies as st

from planoai.signals.phrases import CONFIRMATION_PREFIXES, PHRASES, POSITIVE_PREFIXES, STOP_WORDS

_PHRASES = [phrase for family in PHRASES.values() for phrase in family]
_ODD = [
    "İ",
    "ß",
    "ΑΣ",
    "ſ",
    "\u212a",
    "é",
    "e\u0301",
    "\u200b",
    "🚩",
    "’tis",
    "“a”",
    "\x1c",
    "a\x1fb",
    "\ud800",
    "²",
    "_",
]
_OWN = ["x", "zz", "123", "?!", "!!", "??", "...", "'", "don’t", "WHY", "ÄRGER", "ok", "Thanks"]
_WORDS = sorted({word for phrase in _PHRASES for word in phrase.split()} | STOP_WORDS)

words = st.sampled_from(_WORDS) | st.sampled_from(_ODD + _OWN)
blanks = st.sampled_from([" "] * 6 + ["  ", "\n", "\t", "\u3000", "\x85", ", ", " - ", "\xa0", "\x1c"])
beginnings = st.sampled_from(["", "", "", "\u3000", "\x1c", *POSITIVE_PREFIXES, *CONFIRMATION_PREFIXES])


@st.composite
def nearly_phrases(draw: st.DrawFn) -> str:
    """A phrase with a word too many, too few or somewhere else, with a letter changed."""
    written = draw(st.sampled_from(_PHRASES)).split()
    for _ in range(draw(st.integers(0, 2))):
        written.insert(draw(st.integers(0, len(written))), draw(words))
    if draw(st.booleans()):
        written.pop(draw(st.integers(0, len(written) - 1)))
    text = draw(blanks).join(written)
    if text and draw(st.booleans()):
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from("aeyt'?!ſİ é")) + text[at + draw(st.integers(0, 1)) :]
    return text.upper() if draw(st.integers(0, 5)) == 0 else text


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A few words, or one of them very often."""
    pieces = draw(st.lists(words | nearly_phrases(), max_size=12))
    if pieces and draw(st.integers(0, 4)) == 0:
        pieces += [pieces[0]] * draw(st.sampled_from([3, 20, 130, 700]))
    return draw(beginnings) + "".join(piece + draw(blanks) for piece in pieces[:12]) + " ".join(pieces[12:])


messages = nearly_phrases() | texts() | st.text(max_size=60)
