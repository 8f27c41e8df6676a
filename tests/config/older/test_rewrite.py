"""A file in an older form, written anew: it means the same, it is in the newest form, and it is still its owner's."""

import re
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.load import load
from planoai.config.older.emit import emitted
from planoai.config.older.forms import plain
from planoai.config.older.rewrite import Rewritten, rewritten
from planoai.config.places import START, Report
from planoai.config.tree import Entry, Fields, Items, Node, Scalar, compose
from planoai.errors import ConfigError

CASES = Path(__file__).parent / "rewrites"

OLD = """\
# our gateway
version: v0.1            # since spring

listeners:            # doors
  egress_traffic:     # the models
    address: 127.0.0.1
    port: 12001   # not the usual one
    message_format: openai  # what else
    timeout: 30s
  # nobody knows
  ingress_traffic:
    port: 10000

llm_providers:
  # the good one
  - model: openai/gpt-4o
    access_key: $OPENAI_API_KEY
    # what it is good at
    routing_preferences:   # by us
      # this one first
      - name: explaining
        description: understand and explain code   # short
      - name: "review: all"
        description: >
          find defects
          in a diff
    default: true
  - access_key: ${B}
    model: anthropic/claude   # expensive
    routing_preferences:
    - name: explaining
    - name: writing
      description: write prose

# names
model_aliases:
  fast: {target: gpt-4o}
"""

NEW = """\
# our gateway
version: v0.4.0            # since spring

listeners:            # doors
  - type: model     # the models
    name: egress_traffic
    address: 127.0.0.1
    port: 12001   # not the usual one
    # what else
    timeout: 30s
  # nobody knows
  - type: prompt
    name: ingress_traffic
    port: 10000

model_providers:
  # the good one
  - model: openai/gpt-4o
    access_key: $OPENAI_API_KEY
    # what it is good at
    default: true
  - access_key: ${B}
    model: anthropic/claude   # expensive

routing_preferences:
  # by us
  # this one first
  - name: explaining
    description: understand and explain code   # short
    models:
      - openai/gpt-4o
      - anthropic/claude
  - name: "review: all"
    description: >
      find defects
      in a diff
    models:
      - openai/gpt-4o
  - name: writing
    description: write prose
    models:
      - anthropic/claude

# names
model_aliases:
  fast: {target: gpt-4o}
"""


def test_only_the_older_forms_change_and_comments_go_along() -> None:
    assert rewritten(OLD) == Rewritten(
        NEW,
        (
            "line 2: `version: v0.1` is now `version: v0.4.0`",
            "line 4: the map of `listeners` is now a list",
            "line 14: `llm_providers` is now `model_providers`",
            "line 19: the preferences of 'openai/gpt-4o' are now under the top-level `routing_preferences`",
            "line 30: the preferences of 'anthropic/claude' are now under the top-level `routing_preferences`",
        ),
    )


def test_it_means_the_same() -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "B": "k"}
    assert load(OLD, environ).config == load(NEW, environ).config


def test_a_file_in_the_newest_form_does_not_change() -> None:
    for text in (NEW, NEW.replace("\n", "\r\n"), NEW.rstrip("\n"), "version: v0.4.0"):
        assert rewritten(text) == Rewritten(text, ())


def test_lines_end_as_they_did() -> None:
    assert rewritten(OLD.replace("\n", "\r\n")).text == NEW.replace("\n", "\r\n")


def test_what_is_no_line_break_to_editors_stays_in_its_line() -> None:
    old, new = (text.replace("the good one", "the\u2028good\x85one") for text in (OLD, NEW))
    assert rewritten(old).text == new


@pytest.mark.parametrize("case", sorted(CASES.glob("*.txt")), ids=lambda case: case.stem)
def test_however_the_older_forms_are_written_they_are_written_anew(case: Path) -> None:
    """The comments that say so are lost, and no others."""
    old, new = case.read_text().split("----\n")
    lost = tuple(number for number, line in enumerate(old.splitlines(), 1) if line.endswith("# lost"))
    written = rewritten(old)
    assert (written.text, written.lost) == (new, lost)
    assert rewritten(new) == Rewritten(new, ())


def test_what_is_left_out_is_said() -> None:
    written = rewritten(
        "version: v0.1\nmodel_providers:\n- model: openai/a\n  routing_preferences:\n  - description: y\n"
    )
    assert written.changes[-1] == "line 5: a preference without a name is left out"


def test_a_file_that_says_one_thing_in_two_forms_is_not_touched() -> None:
    with pytest.raises(ConfigError, match="not both"):
        rewritten("version: v0.1\nllm_providers: []\nmodel_providers: [{model: openai/a}]\n")
    with pytest.raises(ConfigError, match="wildcard"):
        rewritten("version: v0.1\nmodel_providers: [{model: openai/*, routing_preferences: [{name: x}]}]\n")
    with pytest.raises(ConfigError, match="second document"):
        rewritten("version: v0.1\n---\na: b\n")


def test_a_file_that_can_not_be_written_anew_is_left_alone() -> None:
    with pytest.raises(ConfigError, match="tags of their own"):
        rewritten("{version: v0.1, listeners: {egress_traffic: {port: !mine 1}}, model_providers: [{model: openai/a}]}")


def test_whether_comments_are_kept_is_not_claimed_of_what_can_not_be_told() -> None:
    text = "version: v0.1\nllm_providers: [{model: openai/a, name: a\tb}]\n"
    written = rewritten(text)
    assert written == Rewritten(written.text, written.changes)
    assert rewritten(text + "# c\n").lost == (3,)


def test_what_two_scanners_see_in_different_places_is_not_there_twice() -> None:
    written = rewritten(
        "version: v0.3.0\nmodel_providers:\n- model: openai/b\n  routing_preferences:\n  - name: d\n\ufeff   description: e\n"
    )
    report = Report()
    assert compose(written.text, report) is not None
    assert report.problems == []


BITS = st.sampled_from(
    [*" \t\n#:-{}[]|>'\"?~0", "- ", ": ", "&a ", "*a", "<<: *a", "!x ", "---\n", "\r", "\u2028", "\ufeff"]
)


@given(st.data())
def test_no_damage_to_a_file_is_more_than_a_config_error(data: st.DataObject) -> None:
    text = OLD
    for place, length, bit in data.draw(
        st.lists(st.tuples(st.integers(0, len(OLD)), st.integers(0, 5), BITS), max_size=4)
    ):
        text = text[:place] + bit + text[place + length :]
    with suppress(ConfigError):
        written = rewritten(text)
        assert rewritten(written.text) == Rewritten(written.text, ())


NAMES = ["x", "code review", "a: b", "5", "null", "#z", "- y", "*a", "naïve", "two\nlines", "$NAME", "'", '"']
TEXTS = st.sampled_from(NAMES) | st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8
)
MODELS = ["openai/a", "openai/b", "groq/a", "anthropic/c"]
OLD_VERSIONS = ["v0.1", "v0.1.0", "0.1-beta", "0.2.0", "v0.3.0"]


@st.composite
def old_trees(draw: st.DrawFn) -> dict[str, object]:
    """What older files hold; what is shared between two entries becomes an anchor and an alias."""
    preferences = st.lists(
        st.fixed_dictionaries({"name": TEXTS, "description": TEXTS})
        | st.fixed_dictionaries({"name": st.just("shared")}, optional={"description": TEXTS})
        | st.fixed_dictionaries({"description": TEXTS}),
        max_size=3,
    )
    shared = draw(preferences)
    inline = st.one_of(preferences, st.just(shared), st.none())
    door = st.none() | st.fixed_dictionaries(
        {}, optional={"message_format": st.just("openai"), "port": st.integers(1, 9), "timeout": st.just("5s")}
    )
    entries = []
    for model in draw(st.lists(st.sampled_from(MODELS), unique=True, min_size=1)):
        first = {"routing_preferences": draw(inline)} if draw(st.booleans()) else {}
        rest = draw(
            st.fixed_dictionaries(
                {}, optional={"access_key": st.just("$KEY"), "routing_preferences": inline, "name": st.just(model)}
            )
        )
        entries.append({**first, "model": model, **rest})
    tree: dict[str, object] = {
        "version": draw(st.sampled_from(OLD_VERSIONS)),
        draw(st.sampled_from(["llm_providers", "model_providers"])): entries,
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "listeners": st.fixed_dictionaries({}, optional={"egress_traffic": door, "ingress_traffic": door}),
                    "routing_preferences": st.none()
                    | st.lists(st.fixed_dictionaries({"name": TEXTS, "description": TEXTS, "models": st.just(["a"])})),
                    "system_prompt": TEXTS,
                    "overrides": st.dictionaries(TEXTS, TEXTS, max_size=2),
                },
            )
        ),
    }
    return dict(draw(st.permutations(list(tree.items()))))


LAYOUTS = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "indent": st.sampled_from([2, 4]),
        "width": st.sampled_from([20, 1000]),
        "default_style": st.sampled_from([None, None, '"', "|"]),
    }
)


def said(text: str) -> tuple[object, list[str]]:
    """The config, or what is wrong with it without where that is; and the older forms that are in it."""
    try:
        loaded = load(text, {"KEY": "k", "NAME": "n"})
    except ConfigError as error:
        return sorted(re.sub("line [0-9]+", "line", line.split(": ", 1)[1]) for line in error.problems), []
    return loaded.config, [line for line in loaded.warnings if re.search("older|old form|old name|deprecated", line)]


@given(old_trees(), LAYOUTS)
def test_whatever_an_older_file_says_its_newer_one_says_too(tree: dict[str, object], layout: dict[str, object]) -> None:
    text = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, **layout)  # type: ignore[call-overload] # the layout is drawn
    written = rewritten(text)
    assert written.changes
    assert rewritten(written.text) == Rewritten(written.text, ())
    before, after = said(text)[0], said(written.text)
    assert after == (before, [])


@given(st.data())
def test_every_comment_of_a_file_in_block_style_is_kept(data: st.DataObject) -> None:
    names = iter(f"preference {number}" for number in range(100))
    tree = data.draw(old_trees())
    for entry in tree.get("llm_providers") or tree["model_providers"]:  # type: ignore[attr-defined] # a list
        if inline := entry.get("routing_preferences"):
            entry["routing_preferences"] = [{"name": next(names), "description": "d"} for _ in inline]
    tree.pop("routing_preferences", None)
    tree.pop("system_prompt", None)
    tree.pop("overrides", None)
    text = yaml.safe_dump(tree, sort_keys=False, default_flow_style=False, indent=data.draw(st.sampled_from([2, 4])))
    lines = []
    for number, line in enumerate(text.splitlines()):
        own, behind = data.draw(st.tuples(st.booleans(), st.booleans()))
        if own:
            lines.append(" " * data.draw(st.integers(0, 8)) + f"# own {number}.")
        lines.append(line + f"  # behind {number}." * behind)
    commented = "\n".join(lines) + "\n"
    written = rewritten(commented)
    lost = Counter(re.findall("# .*", commented)) - Counter(re.findall("# .*", written.text))
    assert Counter(commented.splitlines()[number - 1].partition("# ")[2] for number in written.lost) == Counter(
        comment.removeprefix("# ") for comment in lost
    )


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12) | TEXTS
SCALARS = st.builds(Scalar, ANY_TEXT, st.just("text"), st.just(START)) | st.sampled_from(
    [
        Scalar("12", "int", START),
        Scalar("0x1F", "int", START),
        Scalar(".5", "float", START),
        Scalar("yes", "bool", START),
        Scalar("null", "null", START),
    ]
)


def fields(entries: dict[str, Node]) -> Fields:
    return Fields(tuple(Entry(key, value, START) for key, value in entries.items()), START)


NODES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: Items(tuple(items), START))
        | st.dictionaries(ANY_TEXT, inner, max_size=3).map(fields)
    ),
    max_leaves=12,
)


@given(st.dictionaries(ANY_TEXT, NODES, min_size=1, max_size=4).map(fields))
def test_nodes_that_are_written_are_read_as_the_same_nodes(root: Fields) -> None:
    report = Report()
    again = compose("".join(f"{line}\n" for line in emitted(root)), report)
    assert again is not None, report.problems
    assert plain(again) == plain(root)
