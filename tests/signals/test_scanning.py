"""What observations say, against the plain analyzer, and on text that was made to be slow to read."""

import random
import re
from collections.abc import Callable, Sequence

import pytest
from bench.signals.plain_words import RANGES
from hypothesis import given
from hypothesis import strategies as st

from bench.signals import plain_tools
from planoai.signals import Analyzer, Options, Row
from planoai.signals.alternatives import of_pattern, of_words, plain
from planoai.signals.letters import WHITE
from planoai.signals.options import rules_of
from planoai.signals.patterns import PATTERNS
from planoai.signals.scanning import FRAGMENTS, Scanned, Scanner
from planoai.signals.spanning import SPANNING
from tests.signals.corpus import conversations

PARITY = Scanner(rules_of(Options()))
STRICT = Scanner(rules_of(Options(profile="strict")))
ALL = [(family, pattern) for family, patterns in PATTERNS.items() for pattern in patterns]

# Characters on which readings of `\s`, `\w`, `\b`, `.` and of lower case part.
ODD = (
    "\x1c",
    "\x85",
    "\xa0",
    "\u2028",
    "\u3000",
    "ſ",
    "\u0301",
    "\u200d",
    "½",
    "²",
    "é",
    "İ",
    "ẞ",
    "\u212a",
    "😀",
    "_",
)
BLANKS = (" ", "  ", "\n", " \n ", "\t", "\r\n", "\x0b")
WORDS = tuple(sorted({word for _, pattern in ALL for word in re.findall("[a-z0-9]{2,}", pattern)}))


def chance_of(seed: int | str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same texts every time


def theirs(value: str) -> list[tuple[str, str, float, object]]:
    """Kind, snippet, confidence and matched text, of the failure and then of the exhaustion."""
    rows = [("observation", value)]
    found = plain_tools.failure(rows) + plain_tools.exhaustion(rows)
    return [
        (each["signal_type"].rpartition(".")[2], each["snippet"], each["confidence"], each["metadata"]["matched"])
        for each in found
    ]


def ours(value: str, scanner: Scanner = PARITY) -> list[tuple[str, str, float, object]]:
    return _listed(scanner.scan(value, failed=False))


def _listed(scanned: Scanned) -> list[tuple[str, str, float, object]]:
    hits = [hit for hit in (scanned.failure, scanned.exhaustion) if hit]
    return [(hit.kind, hit.snippet, hit.confidence, hit.matched) for hit in hits]


def expanded(pattern: str, chance: random.Random) -> str:
    """A text that the pattern matches, or nearly: blanks and words of every kind stand for its blanks and words."""

    def token(found: re.Match[str]) -> str:
        match found[0][:2]:
            case "\\s":
                return "".join(chance.choices((*BLANKS, *ODD[:5], ""), k=chance.choice((1, 1, 2))))
            case "\\w":
                return "".join(chance.choices(("a", "9", "got", *ODD[5:]), k=chance.choice((1, 2))))
            case "\\b" | ".*":
                return chance.choice(("", "", "x", " ", "\n", *ODD))
            case _:
                return ":" if found[0].startswith(":") else ","

    text = re.sub(
        r"\(([^)]*)\)(\?)?", lambda found: chance.choice(found[1].split("|") + [""] * bool(found[2])), pattern
    )
    text = re.sub(r"\\s[+*]|\\w\+|\\b|\.\*|[:,]\?", token, text)
    return re.sub(r"(.)\?", lambda found: chance.choice((found[1], "")), text).replace(".", chance.choice(" .\n"))


def made(chance: random.Random, *, plain: bool) -> str:
    """Pieces of patterns and what stands between them."""
    pieces = []
    for _ in range(chance.randrange(1, 7)):
        piece = expanded(chance.choice(ALL)[1], chance) if chance.random() < 0.6 else chance.choice(WORDS)
        pieces += [piece, chance.choice((*BLANKS, "", "", "x", *ODD))]
    text = "".join(pieces)
    if plain:
        text = "".join(each for each in text if each.isascii())
    elif chance.random() < 0.3:
        text = text.replace("s", "ſ", 1)
    return text.upper() if chance.random() < 0.2 else text


def _differing(count: int, seed: int) -> list[str]:
    chance = chance_of(seed)
    values = [made(chance, plain=at % 2 == 0) for at in range(count)]
    return [value for value in values if ours(value) != theirs(value)]


def test_made_observations_say_what_they_say_to_the_plain_analyzer() -> None:
    assert _differing(3000, 1) == []


@pytest.mark.long
def test_a_great_many_made_observations_say_what_they_say_to_the_plain_analyzer() -> None:
    assert _differing(150_000, 2) == []


def test_made_observations_say_every_kind_of_thing() -> None:
    chance = chance_of(1)
    kinds = {said[0] for at in range(600) for said in ours(made(chance, plain=at % 2 == 0))}
    assert kinds == set(PATTERNS)


@given(st.text())
def test_any_text_says_what_it_says_to_the_plain_analyzer(value: str) -> None:
    assert ours(value) == theirs(value)


def test_the_snippet_of_text_with_letters_of_other_lengths_in_lower_case_is_shifted_as_theirs_is() -> None:
    for around in ("İ" * 60, "ẞ" * 60, "\u212a" * 80, "é" * 70, "😀" * 20, "a" * 49, "a" * 50, "é" + "a" * 48):
        for value in (f"{around} Invalid Query {around}", f"{around} invalid query", f"invalid query {around}"):
            assert ours(value) == theirs(value)


@pytest.mark.no_cover
@pytest.mark.parametrize(("family", "pattern"), ALL)
def test_a_pattern_alone_finds_what_a_backtracking_engine_finds(family: str, pattern: str) -> None:
    alternative = of_pattern(family, 0, pattern)
    word = "[" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES["rx_word"]) + "]"
    means = {"\\s": f"[{WHITE}]", "\\w": word, "\\b": f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"}
    obvious = re.compile(re.sub(r"\\[swb]", lambda found: means[found[0]], pattern))
    chance = chance_of(pattern)
    matched = 0
    for _ in range(120):
        text = expanded(pattern, chance).join(chance.choices(("", " ", "x", "\n", *ODD), k=2))
        text = (text + chance.choice(("", expanded(pattern, chance)))).lower().replace("ſ", "s")
        found = obvious.search(text)
        assert alternative.find(plain(text)) == (found and found.span()), ascii(text)
        if found:
            matched += 1
            assert all(need in text for need in alternative.needs)
    assert matched > 10


def test_what_stands_for_characters_beyond_ascii_is_in_no_pattern() -> None:
    assert plain("aé\u0301\u2003\x85½😀") == "aWW  ~~"
    assert all(pattern.isascii() and not {"W", "~"} & {*pattern} for _, pattern in ALL)


@pytest.mark.parametrize(("family", "pattern"), ALL)
def test_every_pattern_is_given_away_by_a_fragment(family: str, pattern: str) -> None:
    needs = of_pattern(family, 0, pattern).needs
    assert any(fragment in need for fragment in FRAGMENTS for need in needs)


def test_every_fragment_gives_a_pattern_away_that_none_before_it_does() -> None:
    first = {
        next(fragment for fragment in FRAGMENTS if any(fragment in need for need in of_pattern(*each).needs))
        for each in ((family, 0, pattern) for family, pattern in ALL)
    }
    assert first == set(FRAGMENTS)


# The patterns with `.*`

PARTS = {
    r"exceeded\s+.*\s+limit": "exceeded|exceeded |limit| limit|x| |\n|\t|exceededlimit|exceed|\u2028| \n |\n\n|\xa0",
    r"syntax\s+error.*json": "syntax|syntax error|json|x| |\n|error|\t|\u3000|syntax\nerror",
    r"missing\s+field.*response": "missing|missing field|response|x| |\n|field|\u2028|missing\n field",
}


@pytest.mark.parametrize("pattern", SPANNING)
def test_a_pattern_over_a_line_finds_what_a_backtracking_engine_finds(pattern: str) -> None:
    assert any(pattern in patterns for patterns in PATTERNS.values())
    obvious = re.compile(pattern.replace("\\s", f"[{WHITE}]"))
    chance = chance_of(pattern)
    parts = PARTS[pattern].split("|")
    for _ in range(20_000):
        text = "".join(chance.choices(parts, k=chance.randrange(1, 14)))
        found = obvious.search(text)
        assert SPANNING[pattern](text) == (found and found.span()), ascii(text)


# Words of one's own


def _own(family: str, *words: str, profile: str = "parity") -> Scanner:
    return Scanner(rules_of(Options(profile="strict" if profile == "strict" else "parity", lists={family: words})))


@pytest.mark.parametrize(
    ("words", "value", "matched"),
    [
        ("disk full", "the DISK \n FULL again", "disk \n full"),
        ("Disk\tFull", "disk full", "disk full"),
        ("a.b", "a.b", "a.b"),
        (r"c:\sys", r"at C:\SYS now", r"c:\sys"),
        (r"\s+ x*", r"a \s+ x* b", r"\s+ x*"),
        ("ſo", "so", "so"),
        ("größe", "Die GRÖSSE, die GRÖßE", "größe"),
        ("k", "\u212a", "k"),
    ],
)
def test_words_of_ones_own_are_found_as_they_stand(words: str, value: str, matched: str) -> None:
    hit = _own("state_error", words).scan(value, failed=False).failure
    assert hit is not None
    assert (hit.kind, hit.matched) == ("state_error", matched)


@pytest.mark.parametrize(("words", "value"), [("a.b", "axb"), (r"\w", "w"), ("disk full", "diskfull"), ("(a|b)", "a")])
def test_words_of_ones_own_are_no_expressions(words: str, value: str) -> None:
    assert _own("state_error", words).scan(value, failed=False) == Scanned()


def test_words_of_ones_own_come_after_the_patterns_that_begin_where_they_do() -> None:
    scanner = _own("bad_query", "invalid query and more", "odd")
    assert [said[3] for said in ours("invalid query and more", scanner)] == ["invalid query"]
    longer = "unknown id of a valid field"
    assert [said[3] for said in ours(longer, _own("bad_query", longer))] == ["unknown id"]
    assert [said[3] for said in ours("odd: invalid query", scanner)] == ["odd"]


@given(st.text(min_size=1).filter(lambda text: text.split()), st.sampled_from(["", " ", "x", "é"]))
def test_any_words_of_ones_own_are_found_in_themselves(words: str, around: str) -> None:
    alternative = of_words("timeout", 0, words)
    scanned = _own("timeout", words).scan(f"{around}{words.lower()}{around}", failed=False)
    assert alternative.needs
    assert scanned.exhaustion or scanned.failure


# The strict profile reads both ends


def test_only_the_ends_of_an_observation_are_read_by_the_strict_profile() -> None:
    error = "connection refused"
    for before, after, seen in ((382, 5000, True), (383, 5000, False), (5000, 382, True), (5000, 383, False)):
        value = "-" * before + error + "-" * after
        assert bool(ours(value, STRICT)) is seen
        assert ours(value)
        assert _listed(STRICT.scan(value, failed=True)) == ours(value)


def test_short_observations_are_the_same_to_both_profiles() -> None:
    chance = chance_of(5)
    for at in range(500):
        value = made(chance, plain=at % 2 == 0)[:800]
        assert ours(value, STRICT) == ours(value)


def test_the_snippet_of_an_error_at_the_end_is_cut_from_the_whole() -> None:
    for filler in ("-", "é", "😀"):
        value = filler * 3000 + " Access denied " + filler * 60
        assert ours(value, STRICT) == ours(value) == theirs(value)


def test_an_error_at_the_start_comes_before_one_of_its_family_at_the_end() -> None:
    value = "read timed out" + "-" * 2000 + "timeout"
    assert [said[3] for said in ours(value, STRICT)] == ["read timed out"]
    assert [said[0] for said in ours("timeout" + "-" * 2000 + "rate limit", STRICT)] == ["rate_limit"]


# Text that was made to be slow

HOSTILE: Sequence[tuple[str, Callable[[int], str]]] = [
    ("exceeded on one line, and no limit behind it", lambda n: "limit " + "exceeded " * (n // 9)),
    ("limits that have no blank", lambda n: "exceeded " + "limit" * (n // 5)),
    ("exceeded without a blank before every limit", lambda n: "exceeded x" + "limitexceeded " * (n // 14)),
    ("exceeded and nothing but blanks", lambda n: "limit exceeded" + " " * n),
    ("exceeded and nothing but lines", lambda n: "limit exceeded" + "\n" * n),
    ("exceeded on every line", lambda n: "exceeded x\n" * (n // 11) + "limit"),
    ("syntax errors and no json behind them", lambda n: "json " + "syntax error " * (n // 13)),
    ("missing fields and no response behind them", lambda n: "response " + "missing field " * (n // 14)),
    ("a status and nothing but blanks", lambda n: "429 409 401 status" + " " * n + "x"),
    ("many a status, and blanks", lambda n: "429 409 401 " + ("error" + " " * 500) * (n // 505 + 1)),
    ("expected and nothing but blanks", lambda n: "got expected x" + " " * n),
    ("expected and one word", lambda n: "expected " + "got" * (n // 3)),
    ("must and one word", lambda n: "before first call must " + "m" * n),
    ("server errors and nothing but blanks", lambda n: "server error 500" + " " * n),
    ("timed and nothing but blanks", lambda n: "timed" + " " * n + "oout"),
    ("beginnings of every word", lambda n: " ".join(word[:-1] for word in WORDS) * (n // 1400 + 1)),
    ("every word, in no order", lambda n: " ".join([*reversed(WORDS), "|\n"]) * (n // 1500 + 1)),
    ("beyond ASCII: blanks of every kind", lambda n: "limit exceeded error 429 \xa0" + "\u2028" * (n // 3)),
    ("beyond ASCII: words that are none", lambda n: "unauthorizedé conflicté forbiddené " + "語" * (n // 3)),
    ("beyond ASCII: a word without an end", lambda n: "expected " + "é" * (n // 2) + " got"),
]


@pytest.mark.no_cover
@pytest.mark.parametrize(("make"), [make for _, make in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_a_megabyte_of_hostile_text_says_what_a_little_of_it_does(make: Callable[[int], str]) -> None:
    """A backtracking engine would not come back from the megabyte."""
    little = theirs(make(400))
    assert ours(make(400)) == little
    assert [said[0] for said in ours(make(1_000_000))] == [said[0] for said in little]


def test_the_corpus_has_observations_with_and_without_something_to_say() -> None:
    rows = [row for each in conversations()[::10] for row in each.rows if row.role == "observation"]
    said = sum(PARITY.scan(row.value, row.failed) != Scanned() for row in rows)
    assert 0 < said < len(rows)


def test_an_observation_of_the_tool_that_failed_is_read_whole() -> None:
    value = "-" * 1000 + "connection refused" + "-" * 1000
    analyzer = Analyzer(Options(profile="strict"))
    counts = [analyzer.rows([Row("observation", value, failed)]).groups["exhaustion"].count for failed in (True, False)]
    assert counts == [1, 0]
