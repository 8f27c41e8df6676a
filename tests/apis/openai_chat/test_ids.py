from hypothesis import given
from hypothesis import strategies as st

from planoai.apis.openai_chat.ids import nine


@given(st.text())
def test_an_id_of_mistrals_is_nine_letters_and_digits(identifier: str) -> None:
    short = nine(identifier)
    assert len(short) == 9
    assert short.isascii()
    assert short.isalnum()
    assert nine(short) == short


@given(st.lists(st.text(), unique=True, max_size=50))
def test_different_ids_stay_different(identifiers: list[str]) -> None:
    assert len(set(map(nine, identifiers))) == len(identifiers)


def test_what_fits_stays() -> None:
    assert nine("abcDEF123") == "abcDEF123"
    assert nine("call_éé12") != "call_éé12"
