"""What is said, as warnings, of listeners that can be had for less than their operator may think."""

import pytest

from planoai.config.load import load

HEAD = "version: v0.4.0\n"
KEYED = "{model: openai/a, default: true, access_key: k}"
KEY = "a-key-that-is-long"


def said(listener: str, provider: str = KEYED, **environ: str) -> list[str]:
    """The warnings of a config with one listener in line 3."""
    text = f"{HEAD}listeners:\n  - {{type: model, name: a, {listener}}}\nmodel_providers: [{provider}]\n"
    loaded = load(text, {"SHORT": "abc", **environ})
    return list(loaded.warnings)


@pytest.mark.parametrize("address", ["0.0.0.0", "10.0.0.1", "'::'", "'127.0.0.1.example'", "gateway.example"])
def test_keys_behind_an_open_door_are_said(address: str) -> None:
    (warning,) = said(f"address: {address}")
    assert warning == (
        "config.yaml:3:37: listeners[0].address: anyone who can reach port 12000 of this machine can spend the keys of this file; "
        "127.0.0.1 keeps them out, and so does asking for `client_keys`"
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "'::1'", "'0:0:0:0:0:0:0:1'", "localhost", "LocalHost"])
def test_a_door_of_this_machine_alone_is_not_open(address: str) -> None:
    assert said(f"address: {address}") == []


def test_nor_is_one_that_asks_for_a_key() -> None:
    assert said(f"client_keys: [{KEY}]") == []


@pytest.mark.parametrize(
    ("provider", "spends"),
    [
        ("{model: openai/a}", False),
        ("{model: openai/a, passthrough_auth: true}", False),
        ("{model: openai/a, headers: {x-team: a}}", False),
        ("{model: openai/a, headers: {X-Api-Key: a}}", True),
        ("{model: openai/a, headers: {x-vendor-token: a}}", True),
        ("{model: openai/a, passthrough_auth: true, headers: {authorization: a}}", True),
    ],
)
def test_only_a_key_of_ours_can_be_spent(provider: str, spends: bool) -> None:
    assert any("can spend the keys" in each for each in said("port: 81", provider)) is spends


BEDROCK = "{model: amazon_bedrock/*, base_url: 'http://localhost'"
AWS = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "of-aws"}


@pytest.mark.parametrize(
    ("provider", "environ", "spends"),
    [
        (BEDROCK + ", aws: {access_key_id: a, secret_access_key: b, region: eu-west-1}}", {}, True),
        (BEDROCK + "}", AWS, True),
        (BEDROCK + "}", {}, False),
        (BEDROCK + ", passthrough_auth: true}", AWS, False),
        ("{model: openai/a}", AWS, False),
    ],
)
def test_keys_that_sign_are_spent_too(provider: str, environ: dict[str, str], spends: bool) -> None:
    assert any("can spend the keys" in each for each in said("port: 81", provider, **environ)) is spends


def test_a_key_that_is_configured_and_never_sent_is_not_spent() -> None:
    text = HEAD + "model_providers: [{model: openai/a, default: true, access_key: k, passthrough_auth: $YES}]\n"
    (warning,) = load(text, {"YES": "true"}).warnings
    assert "access_key will be ignored" in warning


def test_the_listener_that_is_added_is_as_open() -> None:
    (warning,) = load(HEAD + f"model_providers: [{KEYED}]\n", {}).warnings
    assert warning.startswith(
        "config.yaml:1:1: listeners: there is no `model` listener here, so that one is added on 0.0.0.0:12000: anyone"
    )
    assert "`client_keys`" in warning


def test_a_door_for_every_web_page_is_open_even_on_this_machine() -> None:
    (warning,) = said("address: 127.0.0.1, cors: {allow_origins: ['*']}")
    assert warning == (
        "config.yaml:3:70: listeners[0].cors.allow_origins: any web page that a browser opens which can reach this listener can spend the "
        "keys of this file; name the pages, or ask for `client_keys`"
    )
    assert said(f"cors: {{allow_origins: ['*']}}, client_keys: [{KEY}]") == []
    assert said("address: 127.0.0.1, cors: {allow_origins: ['https://app.example']}") == []
    assert said("address: 127.0.0.1, cors: {allow_origins: ['*']}", "{model: openai/a, default: true}") == []


@pytest.mark.parametrize(("keys", "column"), [("abc", 42), ("$SHORT", 42), (f"{KEY}, fifteen-letters", 62)])
def test_a_client_key_that_can_be_guessed_is_said(keys: str, column: int) -> None:
    (warning,) = said(f"client_keys: [{keys}]")
    assert warning == (
        f"config.yaml:3:{column}: listeners[0].client_keys[{keys.count(',')}]: is shorter than 16 characters, and can be guessed; "
        "`openssl rand -hex 32` makes one that can not"
    )


def test_sixteen_characters_are_enough() -> None:
    assert said("client_keys: [sixteen-letters-]") == []
