"""What only one API can honour is refused before another is asked."""

from collections.abc import Callable

import pytest

from planoai.apis import DIALECTS
from planoai.apis.crossing import check_crossing
from planoai.apis.dialect import Accepts, Dialect
from planoai.conversation.message import Message, Text
from planoai.conversation.request import Request
from planoai.errors import UnknownResponse, Unsupported

ASKED = (Message("user", (Text("hi"),)),)


def going_on(dialect: str) -> Request:
    return Request("m", ASKED, dialect, previous="resp_1")


def bound(dialect: str) -> Request:
    return Request("m", ASKED, dialect, bound={"background": "only OpenAI keeps answers", "prompt": "kept at OpenAI"})


@pytest.mark.parametrize("make", [going_on, bound])
@pytest.mark.parametrize("name", DIALECTS)
def test_a_request_can_do_everything_in_its_own_api(name: str, make: Callable[[str], Request]) -> None:
    check_crossing(make(name), name)

    assert DIALECTS[name].upstream.write_request(make(name), Accepts()).body


@pytest.mark.parametrize("upstream", DIALECTS.values(), ids=list(DIALECTS))
def test_an_answer_that_is_not_here_can_not_be_gone_on_from(upstream: Dialect) -> None:
    with pytest.raises(UnknownResponse, match="'resp_1'") as raised:
        upstream.upstream.write_request(going_on("another"), Accepts())

    assert (raised.value.status, raised.value.code) == (404, "previous_response_not_found")
    assert raised.value.param == "previous_response_id"


@pytest.mark.parametrize("upstream", DIALECTS.values(), ids=list(DIALECTS))
def test_the_first_thing_that_can_not_be_left_out_is_named(upstream: Dialect) -> None:
    with pytest.raises(Unsupported, match="background: only OpenAI keeps answers") as raised:
        upstream.upstream.write_request(bound("another"), Accepts())

    assert (raised.value.status, raised.value.code, raised.value.param) == (400, "unsupported_parameter", "background")
