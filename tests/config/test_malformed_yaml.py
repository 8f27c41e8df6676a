"""Files that are no YAML, or YAML that a config has no use for, and exactly what is said of them."""

import pytest

from tests.config.told import HEAD, problems

YAML = {
    "empty": ("", "1:1: the file is empty; it must be a mapping that begins with `version: v0.4.0`"),
    "only a comment": (
        "# nothing\n",
        "1:1: the file is empty; it must be a mapping that begins with `version: v0.4.0`",
    ),
    "a list": ("- a\n- b\n", "1:1: the file must be a mapping of keys such as `version:`, and is a list"),
    "a word": ("hello", "1:1: the file must be a mapping of keys such as `version:`, and is a single value"),
    "a tab": (HEAD + "listeners:\n\t- a\n", "3:1: a tab can not indent YAML; use spaces"),
    "two documents": (HEAD + "---\na: 1\n", "2:1: a second document begins here; a config is one document"),
    "a duplicate key": (
        HEAD + "model_aliases: {}\nversion: v0.4.0\n",
        "3:1: the key 'version' is here a second time; the first is in line 1",
    ),
    "an unknown alias": (
        HEAD + "model_aliases: *nobody\n",
        "2:16: this is not valid YAML: undefined alias: no `&` with its name is before it; a value that begins with `*` must stand in quotes",
    ),
    "an alias to itself": (HEAD + "model_aliases: &a {x: *a}\n", "2:16: this value contains itself through an alias"),
    "a control character": (HEAD + "a: \x00", "2:4: a character here is not allowed in YAML"),
    "a control character behind others": (HEAD + "# ü€😀\na: é\x07", "3:5: a character here is not allowed in YAML"),
    "a control character in a file of Windows": (
        "version: v0.4.0\r\na: \x07\r\n",
        "2:4: a character here is not allowed in YAML",
    ),
    "a line break that is none to editors": (
        HEAD + "mode: prompt # a\u2028b\x85c\nworkers: x\n",
        "3:10: workers: must be a whole number from 1 to 256, or `auto`, not 'x'",
    ),
    "a star": (
        HEAD + "ratelimits:\n  - selector: {value: *}\n",
        "3:23: this is not valid YAML: a value that begins with `*` must stand in quotes",
    ),
    "an exclamation mark": (
        HEAD + "a: !x!y!\n",
        "2:4: this is not valid YAML: a value that begins with `!` must stand in quotes",
    ),
    "an anchor twice": (
        HEAD + "a: &a b\nc: &a d\n",
        "3:4: this is not valid YAML: this anchor is here a second time; the first is in line 2",
    ),
    "an ampersand": (
        HEAD + "a: &\n",
        "2:4: this is not valid YAML: a value that begins with `&` must stand in quotes",
    ),
    "a colon in braces": (
        HEAD + "console: {bind: ::1}\n",
        "2:17: this is not valid YAML: a value is missing here; one that begins with `:` or `,` must stand in quotes",
    ),
    "a list in the line of its key": (
        HEAD + "agents: - a\n",
        "2:9: this is not valid YAML: `- ` can not stand here; begin a list in a line of its own, or put the value in quotes",
    ),
    "text beside its bar": (
        HEAD + "system_prompt: | Be brief.\n",
        "2:18: this is not valid YAML: behind `|` and `>` the line must end; the text begins in the next one",
    ),
    "a value that begins with a bracket": (
        HEAD + "name: ]\n",
        "2:7: this is not valid YAML: this `]` closes nothing",
    ),
    "a value that begins with a comma": (
        HEAD + "name: ,\n",
        "2:7: this is not valid YAML: no value begins with this character; put the value in quotes",
    ),
    "half an escape": (
        HEAD + 'name: "C:\\users"\n',
        r"2:7: this is not valid YAML: this has a `\x` or `\u` that is no escape; write two backslashes, or use single quotes",
    ),
    "a bracket that stays open": (
        HEAD + "listeners: [{type: model}\n\n",
        "2:12: this is not valid YAML: this bracket is never closed",
    ),
    "a bracket behind whose comma nothing stands": (
        HEAD + "listeners: [a,\n",
        "2:15: this is not valid YAML: a bracket is still open where the file ends",
    ),
    "a brace that stays open": (
        HEAD + "tracing: {\n  a: 1",
        "2:10: this is not valid YAML: this bracket is never closed",
    ),
    "a bracket too many": (HEAD + "agents: []]\n", "2:11: this is not valid YAML: this `]` closes nothing"),
    "a brace too many": (HEAD + "tracing: {}\n}\n", "3:1: this is not valid YAML: this `}` closes nothing"),
    "keys at the top in two columns": (
        f" {HEAD}agents: []\n",
        "2:1: this is not valid YAML: no key can begin here; all keys at the top stand in one column",
    ),
    "no space behind a colon": (
        HEAD + "listeners:\n  - type:model\n    name: llm\n",
        "3:9: this is not valid YAML: a space is missing behind this `:`",
    ),
    "a lone surrogate": (HEAD + "a: \ud800", "1:1: the text is not valid Unicode"),
    "too deep": (HEAD + "a: " + "[" * 60 + "]" * 60, "2:53: this is nested more than 50 deep"),
    "a key that is a list": (HEAD + "? [a]\n: b\n", "2:3: a key must be text, not a list or a mapping"),
    "a merge of text": (HEAD + "<<: text\n", "2:5: `<<` must merge a mapping, or a list of mappings"),
}


@pytest.mark.parametrize("case", YAML)
def test_what_can_not_be_read_is_said_at_its_place(case: str) -> None:
    text, said = YAML[case]
    assert problems(text) == [f"config.yaml:{said}"]


def test_a_page_of_aliases_does_not_become_a_billion_values() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert problems(HEAD + "\n".join(rows)) == ["config.yaml:6:5: this holds more than 100000 values, aliases followed"]


def test_nor_do_its_merges() -> None:
    wide = ", ".join(f"k{n}: v" for n in range(500))
    found = problems(f"{HEAD}a: &a {{{wide}}}\nb: [{', '.join(['{<<: *a}'] * 500)}]")
    assert found == ["config.yaml:3:996: more than 100000 values are merged by now"]
