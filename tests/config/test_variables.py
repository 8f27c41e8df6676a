import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.config.variables import Variables, mentions, read_dotenv

ENVIRON = {"A": "one", "B_2": "two", "EMPTY": "", "NESTED": "$A"}
VARIABLES = Variables(ENVIRON, "A=other\nC=three")
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A", "one"),
        ("${A}", "one"),
        ("Bearer $A", "Bearer one"),
        ("${A}${B_2}", "onetwo"),
        ("$C", "three"),
        ("$EMPTY.", "."),
        ("$$A", "$A"),
        ("$$$A", "$one"),
        ("5$ or $5", "5$ or $5"),
        ("plain", "plain"),
        ("$NESTED", "$A"),
    ],
)
def test_a_reference_is_replaced_once(text: str, expected: str) -> None:
    assert VARIABLES.expand(text) == expected
    assert VARIABLES.expand(text, lenient=True) == expected


def test_a_variable_that_is_not_set_is_named_with_the_way_to_set_it() -> None:
    expected = (
        r"the variable NOPE is not set; `export NOPE=...` in the shell, or write NOPE=... in `.env` beside the config"
    )
    with pytest.raises(ValueError) as caught:
        VARIABLES.expand("${NOPE}", secret=True)
    assert str(caught.value) == expected


def test_all_the_variables_of_a_value_that_are_not_set_are_named() -> None:
    with pytest.raises(ValueError, match=r"^the variables X, Y and Z are not set; `export` them in the shell"):
        VARIABLES.expand("$X$A${Y}$Z$X")


def test_what_is_missing_is_listed_once_and_in_order() -> None:
    variables = Variables({"A": "one"})
    variables.expand("$A")
    for text in ("$Z", "${X}$A$Y", "$X", "$Z"):
        with pytest.raises(ValueError, match="not set"):
            variables.expand(text)
    assert variables.missing == ["Z", "X", "Y"]


@pytest.mark.parametrize("text", ["${", "${A", "${}", "${A:-b}", "${A b}"])
def test_half_a_reference_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="must be followed by the name of a variable"):
        VARIABLES.expand(text)


def test_of_a_great_many_open_braces_each_is_looked_at_once() -> None:
    text = "${" * 40_000
    assert Variables({}).expand(text, lenient=True) == text


@pytest.mark.parametrize("text", ["costs $NOPE a month", "${NOPE}", "${", "${A:-b}", "$"])
def test_in_prose_what_names_no_variable_stays_as_it_was_typed(text: str) -> None:
    variables = Variables(ENVIRON)
    assert variables.expand(text, lenient=True) == text
    assert variables.missing == []


@given(st.text(alphabet="$ABN{}: \n"))
def test_prose_is_never_refused(text: str) -> None:
    assert mentions(text) or VARIABLES.expand(text, lenient=True) == text


@pytest.mark.parametrize(
    "text",
    [
        "pa$sword",
        "pa$SWORD",
        "sk-$SWORD",
        "p:$SWORD!",
        "p:$sword",
        "p:$Sword@h",
        "sk:a$SWORD",
        "a.$SWORD",
        "http://u:$sword@h",
        "http://u:$SWORD.x@h",
        "http://h/a$sword",
    ],
)
def test_part_of_a_key_is_not_told_as_if_it_were_a_variable(text: str) -> None:
    variables = Variables({})
    with pytest.raises(ValueError) as caught:
        variables.expand(text, secret=True)
    assert "sword" not in str(caught.value).lower()
    assert "$$" in str(caught.value)
    assert variables.missing == []


@pytest.mark.parametrize("text", ["http://$host", "https://api.$host:8000/v1", "redis://u:p@$host/0", "http://h:$host"])
def test_a_part_of_an_address_is_missed_by_any_name(text: str) -> None:
    variables = Variables({})
    with pytest.raises(ValueError, match="the variable host is not set"):
        variables.expand(text, secret=True)
    assert variables.missing == ["host"]


@pytest.mark.parametrize(
    "text",
    [
        "$DB_PASS",
        "Bearer $DB_PASS",
        "postgresql://u:$DB_PASS@h/db",
        "redis://:${DB_PASS}@h",
        "http://$DB_PASS/v1",
        "a?b=$DB_PASS",
    ],
)
def test_the_password_in_a_connection_string_may_be_a_variable_and_is_missed_by_name(text: str) -> None:
    variables = Variables({})
    with pytest.raises(ValueError, match="the variable DB_PASS is not set"):
        variables.expand(text, secret=True)
    assert variables.missing == ["DB_PASS"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("A=1", "1", id="plain"),
        pytest.param("  A = two words \t", "two words", id="white space around"),
        pytest.param("export A=1", "1", id="export"),
        pytest.param("export\tA=1", "1", id="export and a tab"),
        pytest.param("A=", "", id="empty"),
        pytest.param("A='single'", "single", id="single quotes"),
        pytest.param('A="a=b"', "a=b", id="double quotes"),
        pytest.param("A='a # b'", "a # b", id="a hash in quotes"),
        pytest.param('A="a" # b', "a", id="a comment after quotes"),
        pytest.param("A='a'\t# 'b'", "a", id="a comment with quotes after quotes"),
        pytest.param("A=a # b", "a", id="a comment"),
        pytest.param("A= # b", "", id="nothing but a comment"),
        pytest.param("A=a#b", "a#b", id="a hash in a word"),
        pytest.param("A=#b", "#b", id="a hash that begins a word"),
        pytest.param(r'A="a\"b\\c\$d\n"', r"a\"b\c$d\n".replace(r"\"", '"'), id="escapes in double quotes"),
        pytest.param(r"A='a\\b'", r"a\\b", id="no escapes in single quotes"),
        pytest.param("A='it", "'it", id="a quote that is not closed"),
        pytest.param("A=a'b'", "a'b'", id="quotes inside"),
        pytest.param("A=a=b=", "a=b=", id="equals signs"),
        pytest.param("A=$B", "$B", id="a reference is no reference there"),
    ],
)
def test_dotenv_is_read_as_a_shell_would(line: str, value: str) -> None:
    assert read_dotenv(line) == {"A": value}


@pytest.mark.parametrize("line", ["", "  ", "# A=1", "not a line", "1X=2", "=2", "A B=1", "export", "A.B=1", "é=1"])
def test_a_line_of_dotenv_that_is_no_assignment_is_passed_over(line: str) -> None:
    assert read_dotenv(f"B=2\n{line}\nC=3") == {"B": "2", "C": "3"}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_dotenv_may_come_from_any_editor(ending: str) -> None:
    assert read_dotenv(ending.join(["\ufeffA=1", "B='2'", "B=\u20283 # no", ""])) == {"A": "1", "B": "3"}


@given(st.text())
def test_no_text_of_a_dotenv_is_refused(text: str) -> None:
    assert all("\n" not in value for value in read_dotenv(text).values())


@given(st.dictionaries(NAMES, st.text(alphabet=string.printable.replace("\n", "").replace("\r", "").replace("'", ""))))
def test_values_in_single_quotes_come_back_as_they_are(values: dict[str, str]) -> None:
    assert read_dotenv("\n".join(f"export {name}='{value}' # it" for name, value in values.items())) == values
