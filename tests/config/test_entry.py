import pytest

from planoai.config.entry import (
    Limits,
    base_of,
    is_wildcard,
    issuer,
    limits,
    model_id,
    needs_key,
    passes_through,
    prefix,
    provider_of,
)
from planoai.config.schema import Aws, Listener, ListenerTimeouts, ModelProvider, Overrides, ProviderTimeouts
from planoai.errors import Misconfigured
from planoai.providers.paths import Base

AWS = Aws(access_key_id="AKIA1", secret_access_key="s", region="us-east-1")


def test_only_the_first_slash_of_a_model_divides_it() -> None:
    entry = ModelProvider(model="openrouter/anthropic/claude-3.5")
    assert (prefix(entry), model_id(entry), is_wildcard(entry)) == ("openrouter", "anthropic/claude-3.5", False)
    assert is_wildcard(ModelProvider(model="openai/*"))


def test_an_entry_has_the_address_of_its_provider_or_its_own() -> None:
    assert base_of(ModelProvider(model="openai/a")) == Base("https://api.openai.com", "")
    own = ModelProvider(model="house/a", base_url="http://h:81/x/v1/", provider_interface="openai")
    assert base_of(own) == Base("http://h:81", "x/v1")
    assert provider_of(own).name == "custom"


def test_an_entry_that_was_never_checked_says_what_it_lacks() -> None:
    with pytest.raises(Misconfigured, match="no provider is known for 'house'"):
        provider_of(ModelProvider(model="house/a"))


@pytest.mark.parametrize(
    ("entry", "passes", "needs"),
    [
        (ModelProvider(model="openai/a"), False, True),
        (ModelProvider(model="openai/a", access_key="k"), False, False),
        (ModelProvider(model="openai/a", base_url="http://localhost"), False, False),
        (ModelProvider(model="openai/a", passthrough_auth=True), True, False),
        (ModelProvider(model="ollama/a", base_url="http://localhost"), False, False),
        (ModelProvider(model="azure_openai/a", base_url="http://localhost"), False, True),
        (ModelProvider(model="qwen/a", base_url="http://localhost"), False, True),
        (ModelProvider(model="amazon_bedrock/a", base_url="http://localhost"), False, True),
        (ModelProvider(model="amazon_bedrock/a", base_url="http://localhost", aws=AWS), False, False),
        (ModelProvider(model="amazon_bedrock/a", base_url="http://localhost", access_key="k"), False, False),
        (ModelProvider(model="azure_openai/a", base_url="http://localhost", headers={"api-key": "k"}), False, False),
        (ModelProvider(model="plano/a", base_url="http://localhost"), False, False),
        (ModelProvider(model="perplexity/a", base_url="http://h", provider_interface="openai"), False, False),
        (ModelProvider(model="chatgpt/a"), True, False),
        (ModelProvider(model="chatgpt/a", access_key="k"), False, False),
        (ModelProvider(model="house/a", base_url="http://h", provider_interface="azure_openai"), False, False),
        (ModelProvider(model="house/a", base_url="http://h", provider_interface="amazon_bedrock"), False, False),
        (ModelProvider(model="house/a", base_url="http://h", provider_interface="chatgpt"), False, False),
    ],
)
def test_whose_credential_is_sent(entry: ModelProvider, passes: bool, needs: bool) -> None:
    assert (passes_through(entry), needs_key(entry)) == (passes, needs)


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (False, Limits(connect=5.0, first_byte=300.0, idle=300.0, committed=300.0, total=300.0)),
        (True, Limits(connect=5.0, first_byte=60.0, idle=300.0, committed=300.0, total=None)),
    ],
)
def test_a_stream_has_as_long_as_it_takes_once_it_has_begun(*, stream: bool, expected: Limits) -> None:
    door = Listener(type="model", name="a")
    assert limits(door, ModelProvider(model="openai/a"), Overrides(), stream=stream) == expected


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (False, Limits(connect=1.0, first_byte=2.0, idle=3.0, committed=40.0, total=40.0)),
        (True, Limits(connect=1.0, first_byte=2.0, idle=3.0, committed=40.0, total=40.0)),
    ],
)
def test_an_entrys_own_timeouts_come_before_the_listeners(*, stream: bool, expected: Limits) -> None:
    own = ModelProvider(model="openai/a", timeouts=ProviderTimeouts(connect=1.0, first_byte=2.0, idle=3.0))
    bounded = Listener(type="model", name="a", timeout=50.0, timeouts=ListenerTimeouts(total=40.0))
    assert limits(bounded, own, Overrides(), stream=stream) == expected


def test_the_time_to_connect_is_the_entrys_own_then_the_overrides() -> None:
    door, shared = Listener(type="model", name="a"), Overrides(upstream_connect_timeout=2.0)
    own = ModelProvider(model="openai/a", timeouts=ProviderTimeouts(connect=1.0))
    assert limits(door, own, shared, stream=True).connect == 1.0
    assert limits(door, ModelProvider(model="openai/a"), shared, stream=True).connect == 2.0


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (ModelProvider(model="openai/a"), "openai"),
        (ModelProvider(model="Claude/a"), "anthropic"),
        (ModelProvider(model="House/a", base_url="http://h", provider_interface="anthropic"), "house"),
        (ModelProvider(model="house/a", base_url="http://h", provider_interface="openai"), "house"),
        (ModelProvider(model="perplexity/a", base_url="http://h", provider_interface="openai"), "perplexity"),
    ],
)
def test_a_server_that_speaks_like_a_provider_is_not_who_it_speaks_like(entry: ModelProvider, expected: str) -> None:
    assert issuer(entry) == expected
