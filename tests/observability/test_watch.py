"""What of a config the recorder gets to know."""

import pytest
from msgspec import msgpack

from planoai.config.load import load
from planoai.errors import ConfigError
from planoai.net.proxy import Proxies
from planoai.observability.watch import Watch, metrics_place, watch_of
from tests.config.told import HEAD

SECRETS = """
listeners: [{type: model, name: a, client_keys: [sk-of-a-client]}]
model_providers:
  - {model: openai/a, access_key: sk-of-a-provider, headers: {x-b: sk-of-a-header}, price: {input: 1, output: 2}}
  - model: amazon_bedrock/b
    base_url: https://bedrock-runtime.us-east-1.amazonaws.com
    aws: {access_key_id: AKIDOFUS, secret_access_key: sk-of-aws, region: us-east-1}
"""


def config(text: str = "") -> Watch:
    return watch_of(load(HEAD + text, {}).config, "/home/plano", Proxies())


def test_no_credential_of_providers_and_clients_is_told() -> None:
    watch = config(SECRETS)
    told = msgpack.encode(watch)

    assert b"openai/a" in told
    assert watch.config.model_providers[0].price is not None
    for secret in (b"sk-of", b"AKID"):
        assert secret not in told
    assert msgpack.decode(told, type=Watch) == watch


def test_credentials_of_exporters_are_told_and_not_shown() -> None:
    watch = config(
        "tracing: {random_sampling: 1, headers: {x-key: ph-1}, exporters: [{type: posthog, url: 'http://h', api_key: ph-2}]}\n"
    )

    assert b"ph-1" in msgpack.encode(watch)
    assert "ph-" not in repr(watch)


@pytest.mark.parametrize(
    ("text", "variable", "made", "place", "wanted"),
    [
        ("", "", False, ("0.0.0.0", 9092), False),
        ("", "", True, ("127.0.0.1", 9092), False),
        ("", "127.0.0.1:0", False, ("127.0.0.1", 0), True),
        ("", "[::1]:9000", True, ("::1", 9000), True),
        ("observability: {metrics_bind: 'h:1'}\n", "127.0.0.1:2", False, ("h", 1), True),
    ],
)
def test_where_metrics_are_read_from(
    text: str, variable: str, made: bool, place: tuple[str, int], wanted: bool
) -> None:
    read = load(HEAD + text, {}).config

    assert metrics_place(read, {"METRICS_BIND_ADDRESS": variable}, made=made) == (place, wanted)


@pytest.mark.parametrize("variable", ["nowhere", ":1", "h:", "h:65536", "h:x"])
def test_an_address_that_is_none_is_told_with_the_name_of_its_variable(variable: str) -> None:
    with pytest.raises(ConfigError) as refused:
        metrics_place(load(HEAD, {}).config, {"METRICS_BIND_ADDRESS": variable})

    assert refused.value.problems[0].startswith("observability.metrics_bind: $METRICS_BIND_ADDRESS must be an address")
