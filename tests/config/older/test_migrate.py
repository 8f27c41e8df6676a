"""Older forms of the file, before anything in it is checked against the structs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.older.hoist import version_of
from planoai.config.older.migrate import updated
from planoai.config.places import Report
from planoai.config.tree import Fields, Items, Node, Scalar, compose

KEY = "routing_preferences"
OLD = "version: v0.3.0\n"


def values(node: Node) -> object:
    match node:
        case Scalar():
            return node.text
        case Items():
            return [values(each) for each in node.items]
        case Fields():
            return {entry.key: values(entry.value) for entry in node.entries}


def migrated(text: str) -> tuple[dict[str, object], Report]:
    report = Report()
    root = compose(text, report)
    assert root is not None
    made = values(updated(root, report))
    assert isinstance(made, dict)
    return made, report


def entry(model: str, *preferences: str) -> str:
    return f"  - {{model: {model}, {KEY}: [{', '.join(preferences)}]}}\n"


def preference(name: str, description: str, *models: str) -> dict[str, object]:
    return {"name": name, "description": description, "models": list(models)}


def test_preferences_of_an_entry_become_ones_of_the_top_level() -> None:
    made, report = migrated(
        OLD + "model_providers:\n" + entry("openai/a", "{name: x, description: y}", "{name: z, description: w}")
    )
    assert made == {
        "version": "v0.4.0",
        "model_providers": [{"model": "openai/a"}],
        KEY: [preference("x", "y", "openai/a"), preference("z", "w", "openai/a")],
    }
    assert not report.problems
    deprecated, older = report.warnings
    assert "deprecated" in deprecated.sentence
    assert (deprecated.place.line, deprecated.path) == (3, f"model_providers[0].{KEY}")
    assert older.path == "version"


def test_one_name_in_several_entries_is_one_preference_with_each_model_once() -> None:
    made, report = migrated(
        OLD
        + "llm_providers:\n"
        + entry("openai/a", "{name: x, description: y}")
        + entry("groq/b", "{name: x, description: y}", "{name: z, description: w}")
        + entry("openai/a", "{name: x, description: y}")
    )
    assert made[KEY] == [preference("x", "y", "openai/a", "groq/b"), preference("z", "w", "groq/b")]
    assert "described" not in str(report.warnings)


def test_the_first_description_is_kept_and_another_one_is_said() -> None:
    made, report = migrated(
        OLD
        + "model_providers:\n"
        + entry("openai/a", "{name: x}")
        + entry("openai/b", "{name: x, description: first}")
        + entry("openai/c", "{name: x, description: second}")
    )
    assert made[KEY] == [preference("x", "first", "openai/a", "openai/b", "openai/c")]
    (said,) = [note for note in report.warnings if "described" in note.sentence]
    assert said.path == f"model_providers[2].{KEY}[0].description"
    assert said.sentence == "'x' is described in line 4 in other words, which are kept"


def test_what_is_at_the_top_stays_first_and_wins() -> None:
    top = f"{KEY}:\n  - {{name: x, description: mine, models: [openai/b]}}\n"
    inline = "model_providers:\n" + entry("openai/a", "{name: x, description: y}", "{name: z, description: w}")
    for text in (OLD + top + inline, OLD + inline + top):
        made, report = migrated(text)
        assert made[KEY] == [preference("x", "mine", "openai/b"), preference("z", "w", "openai/a")]
        (said,) = [note for note in report.warnings if "wins" in note.sentence]
        assert said.path == f"model_providers[0].{KEY}[0]"


@pytest.mark.parametrize("nameless", ["{description: y}", "{name: , description: y}", "{name: '', description: y}"])
def test_a_preference_without_a_name_is_left_out(nameless: str) -> None:
    made, report = migrated(OLD + "model_providers:\n" + entry("openai/a", nameless))
    assert made == {"version": "v0.4.0", "model_providers": [{"model": "openai/a"}]}
    assert "a preference without a name is left out" in [note.sentence for note in report.warnings]


@pytest.mark.parametrize("empty", ["[]", "", "null"])
def test_an_empty_list_is_taken_away(empty: str) -> None:
    made, report = migrated(OLD + f"model_providers:\n  - model: openai/a\n    {KEY}: {empty}\n")
    assert made == {"version": "v0.4.0", "model_providers": [{"model": "openai/a"}]}
    assert not report.problems


def test_a_wildcard_with_preferences_is_a_problem() -> None:
    made, report = migrated(
        OLD + "model_providers:\n" + entry("openai/a") + entry("openai/*", "{name: x, description: y}")
    )
    (problem,) = report.problems
    assert (problem.place.line, problem.path) == (4, f"model_providers[1].{KEY}")
    assert problem.sentence.startswith("'openai/*' is a wildcard")
    assert KEY not in made
    assert not migrated(OLD + "model_providers:\n" + entry("openai/*"))[1].problems


@pytest.mark.parametrize("version", ["v0.4.0", "v0.5.0", "v1.0", "$VERSION"])
def test_newer_files_keep_what_they_say(version: str) -> None:
    text = f"version: {version}\nmodel_providers:\n" + entry("openai/a", "{name: x, description: y}")
    made, report = migrated(text)
    inline = [{"name": "x", "description": "y"}]
    assert made == {"version": version, "model_providers": [{"model": "openai/a", KEY: inline}]}
    assert not report.warnings


@pytest.mark.parametrize("rest", ["", "model_providers: []\n", "model_providers: [{model: openai/a}]\n"])
def test_the_version_is_the_newest_where_there_is_nothing_else_to_bring_up_to_date(rest: str) -> None:
    assert migrated(OLD + rest)[0]["version"] == "v0.4.0"


@pytest.mark.parametrize(
    "inline",
    [
        "text",
        "{name: x}",
        "[text]",
        "[{name: x, description: y, models: [openai/b]}]",
        "[{name: [x], description: y}]",
        "[{name: x, description: y}, {name: z, descripton: w}]",
    ],
)
def test_what_never_was_of_that_form_stays_for_the_check_against_the_structs(inline: str) -> None:
    text = f"model_providers:\n  - {{model: openai/a, {KEY}: {inline}}}\n"
    made, report = migrated(OLD + text)
    assert made["model_providers"] == migrated("version: v0.4.0\n" + text)[0]["model_providers"]
    assert KEY not in made
    assert [note.path for note in report.warnings] == ["version"]


def test_the_places_of_entries_do_not_shift() -> None:
    text = "model_providers:\n" + entry("openai/a", "{name: x, description: y}") + "  - {model: openai/b}\n"
    root = compose(OLD + text, Report())
    assert root is not None
    made = updated(root, Report())
    listed, top = made.get("model_providers"), made.get(KEY)
    assert isinstance(listed, Items)
    assert isinstance(top, Items)
    assert [item.place.line for item in listed.items] == [3, 4]
    assert top.items[0].place.line == 3


DOOR = {"type": "model", "name": "egress_traffic"}
PROMPT = {"type": "prompt", "name": "ingress_traffic"}
SAID = "{address: 0.0.0.0, port: 10000, timeout: 5s, message_format: openai}"
KEPT = {"address": "0.0.0.0", "port": "10000", "timeout": "5s"}


@pytest.mark.parametrize(
    ("listeners", "wanted"),
    [
        (f"{{egress_traffic: {SAID}, ingress_traffic: {SAID}}}", [{**DOOR, **KEPT}, {**PROMPT, **KEPT}]),
        (f"{{egress_traffic: {SAID}}}", [{**DOOR, **KEPT}]),
        (f"{{egress_traffic: {SAID}, ingress_traffic: {{}}}}", [{**DOOR, **KEPT}]),
        (f"{{egress_traffic: {SAID}, ingress_traffic: }}", [{**DOOR, **KEPT}]),
        (f"{{ingress_traffic: {SAID}}}", [{**PROMPT, **KEPT}]),
        ("{egress_traffic: {}}", [DOOR]),
        ("{egress_traffic: }", [DOOR]),
        ("{ingress_traffic: }", []),
    ],
)
def test_a_map_of_listeners_becomes_a_list(listeners: str, wanted: list[object]) -> None:
    made, report = migrated(OLD + f"listeners: {listeners}\nllm_providers: [{{model: openai/a}}]\n")
    assert made["listeners"] == wanted
    assert not report.problems


@pytest.mark.parametrize("listeners", ["", "null", "[]", "[{type: model, name: a}]"])
def test_listeners_that_are_no_map_stay(listeners: str) -> None:
    text = OLD + f"listeners: {listeners}\n"
    root = compose(text, Report())
    assert root is not None
    before = root.get("listeners")
    assert before is not None
    assert migrated(text)[0]["listeners"] == values(before)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v0.4.0", (0, 4, 0)),
        ("0.4.0", (0, 4, 0)),
        ("v0.1", (0, 1, 0)),
        ("0.1-beta", (0, 1, 0)),
        ("v1.10.3-rc.1", (1, 10, 3)),
        ("v0.x.7", (0, 0, 7)),
        ("1.2.3.4", (1, 2, 3)),
        ("latest", (0, 0, 0)),
        ("", (0, 0, 0)),
        ("v", (0, 0, 0)),
        ("v0.4.²", (0, 4, 0)),
    ],
)
def test_a_version_is_three_numbers(text: str, version: tuple[int, int, int]) -> None:
    assert version_of(text) == version


@given(st.text())
def test_any_text_at_all_has_a_version(text: str) -> None:
    assert all(0 <= each < 10**9 for each in version_of(text))


@given(st.tuples(*[st.integers(0, 99)] * 3))
def test_versions_compare_by_number(version: tuple[int, int, int]) -> None:
    assert version_of("v" + ".".join(map(str, version))) == version
