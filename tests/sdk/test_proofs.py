"""A thought and its proof, in every pair of APIs: told to the client with what it cost, and back in the next turn where it came from, nowhere else."""

from itertools import product

import pytest

from tests.sdk.apis import APIS, PAIRS, UPSTREAMS
from tests.sdk.conftest import MODELS, Stage
from tests.sdk.talk import TOOLS, Json, Result, Said, Talker, Usage
from tests.sdk.thoughts import PROOF, TEXT, THOUGHT, arrived, thinking, told
from tests.support.upstream import whole

NEXT = whole({"error": {"message": "asked enough"}}, 400)  # what is asked next is all that counts
GEMINI = "gemini/gemini-3-pro"
SIGNED = {"google": {"thought_signature": PROOF}}
KEEPS_PROOFS: Json = {"include": ["reasoning.encrypted_content"], "store": False}
# Chat itself has no place for a proof. Its clients are given one where gateways agreed to put it; nobody else is known to want it back there.
PROVES = [pair for pair in PAIRS if pair[1] != "chat" or pair[0] == "chat"]


@pytest.fixture(params=[False, True], ids=["told", "hidden"])
def hidden(request: pytest.FixtureRequest) -> bool:
    told_nothing: bool = request.param
    return told_nothing


async def heard(stage: Stage, pair: tuple[str, str], *, hidden: bool, streamed: bool) -> tuple[Talker, Json, Said]:
    stage.upstream.will(thinking(pair[1], hidden=hidden, streamed=streamed), NEXT)
    talker = stage.house.talker(*pair)
    request = talker.request("Hi", tools=TOOLS, **(KEEPS_PROOFS if talker.api == "responses" else {}))
    return talker, request, await talker.say(request, streamed=streamed)


async def signed_by_gemini(stage: Stage, api: str, *, streamed: bool) -> tuple[Talker, Json, Said]:
    stage.upstream.will(thinking("chat", streamed=streamed, extra=SIGNED), NEXT)
    talker = stage.house.talker_to(api, GEMINI)
    request = talker.request("Hi", tools=TOOLS)
    return talker, request, await talker.say(request, streamed=streamed)


async def goes_on(stage: Stage, talker: Talker, request: Json, said: Said, model: str) -> Json:
    """The body that the upstream gets next."""
    asked = talker.next(request, said, [Result("noon")]) | {"model": model}
    with pytest.raises(Exception, match="asked enough"):
        await talker.say(asked, streamed=False)
    body: Json = stage.house.asked[-1].json
    return body


async def test_a_thought_is_told_with_what_it_cost(
    stage: Stage, pair: tuple[str, str], streamed: bool, hidden: bool
) -> None:
    _, _, said = await heard(stage, pair, hidden=hidden, streamed=streamed)
    assert (said.thought, said.text) == ("" if hidden else THOUGHT, TEXT)
    assert [call[1:] for call in said.calls] == [("get_time", {"zone": "UTC"})]
    thought = 0 if pair[1] == "converse" else 15  # Amazon does not tell
    assert said.usage == Usage(input=100, read=30, written=20, output=40, reasoning=thought)


@pytest.mark.parametrize("pair", PROVES, ids=[">".join(pair) for pair in PROVES])
async def test_a_proof_comes_back_as_it_was_issued(
    stage: Stage, pair: tuple[str, str], streamed: bool, hidden: bool
) -> None:
    talker, request, said = await heard(stage, pair, hidden=hidden, streamed=streamed)
    body = await goes_on(stage, talker, request, said, MODELS[pair[1]])
    [thought] = arrived(pair[1], body)
    assert thought.items() >= told(pair[1], hidden=hidden).items()


# An answer in the client's own API passes as it is, so nobody wrote into it whose proof it holds.
UNMARKED = [("chat", "chat", "messages"), ("chat", "chat", "converse"), ("messages", "messages", "converse")]
FOREIGN = [each for each in product(APIS, UPSTREAMS, UPSTREAMS) if each[1] != each[2] and each not in UNMARKED]


@pytest.mark.parametrize(("api", "first", "second"), FOREIGN, ids=[">".join(each) for each in FOREIGN])
async def test_a_proof_goes_to_nobody_else(
    stage: Stage, api: str, first: str, second: str, streamed: bool, hidden: bool
) -> None:
    talker, request, said = await heard(stage, (api, first), hidden=hidden, streamed=streamed)
    body = await goes_on(stage, talker, request, said, MODELS[second])
    assert arrived(second, body) == []
    assert PROOF not in str(body)


@pytest.mark.parametrize(("api", "first", "second"), UNMARKED, ids=[">".join(each) for each in UNMARKED])
async def test_a_proof_of_nobody_knows_whom_goes_where_there_is_a_place_for_it(
    stage: Stage, api: str, first: str, second: str, streamed: bool, hidden: bool
) -> None:
    talker, request, said = await heard(stage, (api, first), hidden=hidden, streamed=streamed)
    body = await goes_on(stage, talker, request, said, MODELS[second])
    [thought] = arrived(second, body)
    assert thought.items() >= told(second, hidden=hidden).items()


@pytest.mark.parametrize("api", APIS)
async def test_what_gemini_signed_a_call_with_goes_back_to_it(stage: Stage, api: str, streamed: bool) -> None:
    """The one proof that Chat itself has a place for: on the call."""
    talker, request, said = await signed_by_gemini(stage, api, streamed=streamed)
    body = await goes_on(stage, talker, request, said, GEMINI)
    [call] = [call for message in body["messages"] for call in message.get("tool_calls", ())]
    assert call["extra_content"] == SIGNED


TRANSLATED = [pair for pair in PAIRS if pair != ("chat", "chat")]  # which is as it was, unknown members and all


@pytest.mark.parametrize("pair", TRANSLATED, ids=[">".join(pair) for pair in TRANSLATED])
async def test_what_gemini_signed_a_call_with_goes_to_nobody_else(
    stage: Stage, pair: tuple[str, str], streamed: bool
) -> None:
    talker, request, said = await signed_by_gemini(stage, pair[0], streamed=streamed)
    body = await goes_on(stage, talker, request, said, MODELS[pair[1]])
    assert said.calls[0].name in str(body)
    assert PROOF not in str(body)
