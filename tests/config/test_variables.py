import pytest

from planoai.config.variables import Variables, read_dotenv

VARIABLES = Variables({"A": "one", "B_2": "two", "EMPTY": "", "NESTED": "$A"}, "A=other\nC=three")


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


def test_a_variable_that_is_not_set_is_named_with_the_way_to_set_it() -> None:
    expected = (
        r"the variable NOPE is not set; `export NOPE=...` in the shell, or write NOPE=... in `.env` beside the config"
    )
    with pytest.raises(ValueError) as caught:
        VARIABLES.expand("${NOPE}", secret=True)
    assert str(caught.value) == expected


@pytest.mark.parametrize("text", ["${", "${A", "${}", "${A:-b}", "${A b}"])
def test_half_a_reference_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="must be followed by the name of a variable"):
        VARIABLES.expand(text)


def test_part_of_a_key_is_not_told_as_if_it_were_a_variable() -> None:
    with pytest.raises(ValueError) as caught:
        VARIABLES.expand("pa$sword", secret=True)
    assert "sword" not in str(caught.value)
    assert "$$" in str(caught.value)


def test_dotenv_is_read_as_a_shell_would() -> None:
    text = "# a comment\n\nA=1\nexport B = two words \nC='single'\nD=\"a=b\"\nE=\nnot a line\n1X=2\n"
    assert read_dotenv(text) == {"A": "1", "B": "two words", "C": "single", "D": "a=b", "E": ""}
