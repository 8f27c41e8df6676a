"""Conversations that are stored at the provider, and conversations whose tokens are counted."""

import httpx2
import openai
import pytest

from tests.sdk.apis import UPSTREAMS
from tests.sdk.conftest import House
from tests.sdk.test_real_clients import MODELS, send
from tests.support.inflate import Captured, captured

COUNTED = list(captured("/v1/messages/count_tokens"))


async def test_a_stored_answer_is_gone_on_from_where_it_is_stored(house: House, streamed: bool) -> None:
    talker = house.talker("responses", "responses")
    first = await talker.say(talker.request("Hello"), streamed=streamed)
    second = talker.request("And now?", previous_response_id=first.id)
    assert (await talker.say(second, streamed=streamed)).text == 'You said "And now?".'
    assert house.asked[-1].json["previous_response_id"] == first.id


@pytest.mark.parametrize("upstream", [api for api in UPSTREAMS if api != "responses"])
async def test_an_answer_that_is_stored_nowhere_is_not_found(house: House, upstream: str, streamed: bool) -> None:
    """Left out, the model would answer as if nothing had been said before."""
    talker = house.talker("responses", upstream)
    request = talker.request("And now?", previous_response_id="resp_of_yesterday")
    with pytest.raises(openai.NotFoundError, match="resp_of_yesterday") as caught:
        await talker.say(request, streamed=streamed)
    assert caught.value.code == "previous_response_not_found"
    assert caught.value.param == "previous_response_id"
    assert house.asked == []


@pytest.mark.parametrize("upstream", UPSTREAMS)
@pytest.mark.parametrize("each", COUNTED, ids=lambda each: each.name)
async def test_a_clients_tokens_are_counted_whatever_the_upstream_speaks(
    house: House, upstream: str, each: Captured
) -> None:
    answer: httpx2.Response = await send(house, each, MODELS[upstream])
    assert answer.status_code == 200
    assert list(answer.json()) == ["input_tokens"]
    assert each.size // 40 <= answer.json()["input_tokens"] < each.size  # of JSON, which has more to it than words
