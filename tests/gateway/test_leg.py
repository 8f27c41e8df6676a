"""The way to one upstream, as far as it can be told without one."""

from uuid import UUID

import pytest
from msgspec import structs

from planoai.apis import DIALECTS
from planoai.config.entry import limits
from planoai.config.load import load
from planoai.config.schema import Config
from planoai.errors import Unsupported
from planoai.gateway.call import Call
from planoai.gateway.leg import Leg, leg_to
from planoai.net.headers import Headers
from planoai.providers.provider import Provider
from planoai.routing.target import target_of

CONFIG = """
version: v0.4.0
listeners:
  - {type: model, name: test, address: 127.0.0.1, port: 12000}
model_providers:
  - {model: openai/gpt-4o, access_key: sk-of-ours}
"""
BODY = b'{"model":"gpt-4o","max_tokens":9,"messages":[{"role":"user","content":"hi"}]'


def config() -> Config:
    return load(CONFIG, {}).config


def leg(client: str = "openai_chat", *, suffix: str = "", **differing: object) -> Leg:
    """To a provider that is like OpenAI but for what is `differing`."""
    target = target_of(config().model_providers[0])
    provider: Provider = structs.replace(target.provider, **differing)
    bound = limits(config().listeners[0], target.entry, config().overrides, stream=False)
    return leg_to(structs.replace(target, provider=provider), client, bound, stream=False, suffix=suffix)


def call(client: str = "openai_chat", more: bytes = b"", **headers: str) -> Call:
    side = DIALECTS[client].client
    assert side is not None
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Call(BODY + more + b"}", Headers(pairs), "", DIALECTS[client], side, "req_1")


def test_a_client_of_the_same_api_may_send_its_own_of_what_we_would_send() -> None:
    way = leg(per_start=("session_id", "fixed"), yields=("session_id",))
    told = dict(way.headers(call(session_id="the client's", fixed="the client's")))
    untold = dict(way.headers(call()))

    assert told[b"session_id"] == b"the client's"
    assert told[b"fixed"] == untold[b"fixed"] == untold[b"session_id"]


def test_a_client_of_another_api_may_not() -> None:
    way = leg("anthropic_messages", per_start=("session_id",), yields=("session_id",))
    sent = way.headers(call("anthropic_messages", session_id="the client's"))

    assert [value for name, value in sent if name == b"session_id"] == [dict(way.yielding)[b"session_id"]]
    assert (b"session_id", b"the client's") not in sent


def test_what_is_new_with_every_start_stays_until_the_next() -> None:
    first, second = (dict(leg(per_start=("session_id",)).headers(call())) for _ in range(2))  # two ways, one start

    assert first[b"session_id"] == second[b"session_id"]
    assert UUID(first[b"session_id"].decode()).version == 4


@pytest.mark.parametrize("client", ["openai_chat", "anthropic_messages"])
def test_who_only_streams_is_not_asked_for_a_whole_answer(client: str) -> None:
    accepts = structs.replace(leg().target.provider.accepts, only_streams=True)
    way = leg(client, accepts=accepts)

    with pytest.raises(Unsupported, match="'openai/gpt-4o' only answers with streams") as raised:
        way.write(call(client, b',"stream":false'))
    assert raised.value.param == "stream"
    assert leg(client).write(call(client, b',"stream":false')).body
    assert way.write(call(client)).body
    assert way.write(call(client, b',"stream":true')).body


def test_what_is_beside_model_calls_is_never_translated() -> None:
    way = leg("anthropic_messages", suffix="embeddings")

    assert (way.same, way.path, way.dialect.name) == (True, "/v1/embeddings", "openai_chat")
    assert (b"authorization", b"Bearer sk-of-ours") in way.headers(call())
