import pytest
from hypothesis import given
from hypothesis import strategies as st

from planoai.providers.auth import Headers, authorise, client_credential, secrets_in, speaks_of_credential
from planoai.providers.catalog import PROVIDERS

CHAT, MESSAGES, RESPONSES, CONVERSE = "openai_chat", "anthropic_messages", "openai_responses", "bedrock_converse"
OAUTH = (b"anthropic-beta", b"oauth-2025-04-20")
VERSION = (b"anthropic-version", b"2023-06-01")
JWT = "eyJhbGciOi.eyJzdWIi.c2ln"


@pytest.mark.parametrize(
    ("provider", "dialect", "credential", "expected"),
    [
        ("openai", CHAT, "k", ((b"authorization", b"Bearer k"),)),
        ("openai", RESPONSES, "k", ((b"authorization", b"Bearer k"),)),
        ("custom", CHAT, "k", ((b"authorization", b"Bearer k"),)),
        ("chatgpt", RESPONSES, "k", ((b"authorization", b"Bearer k"),)),
        ("amazon_bedrock", CONVERSE, "k", ((b"authorization", b"Bearer k"),)),
        ("anthropic", MESSAGES, "sk-ant-api03-k", ((b"x-api-key", b"sk-ant-api03-k"), VERSION)),
        ("anthropic", MESSAGES, "sk-ant-oat01-k", ((b"authorization", b"Bearer sk-ant-oat01-k"), OAUTH, VERSION)),
        ("vercel", MESSAGES, "k", ((b"x-api-key", b"k"), VERSION)),
        ("vercel", CHAT, "k", ((b"authorization", b"Bearer k"),)),
        ("openai", MESSAGES, "k", ((b"x-api-key", b"k"), VERSION)),
        ("azure_openai", CHAT, "0123abcd", ((b"api-key", b"0123abcd"),)),
        ("azure_openai", CHAT, JWT, ((b"authorization", b"Bearer " + JWT.encode()),)),
        ("azure_openai", CHAT, "eyJ.two", ((b"api-key", b"eyJ.two"),)),
        ("ollama", CHAT, None, ()),
        ("anthropic", MESSAGES, None, (VERSION,)),
    ],
)
def test_a_credential_goes_where_the_upstream_looks_for_it(
    provider: str, dialect: str, credential: str | None, expected: Headers
) -> None:
    assert authorise(PROVIDERS[provider].sign, dialect, credential) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Authorization": "Bearer abc"}, "abc"),
        ({"authorization": "bearer   abc "}, "abc"),
        ({"authorization": "BEARERabc"}, "abc"),
        ({"authorization": "abc"}, "abc"),
        ({"authorization": "Bearer abc", "x-api-key": "other"}, "abc"),
        ({"authorization": "Bearer ", "x-api-key": " other "}, "other"),
        ({"authorization": "", "api-key": "azure"}, "azure"),
        ({"authorization": "Basic Q0xJRU5UOnB3"}, None),
        ({"authorization": 'Digest username="a", realm="b"'}, None),
        ({"authorization": "Basic Q0xJRU5UOnB3", "x-api-key": "key"}, "key"),
        ({"authorization": "Negotiate\tabc", "api-key": "azure"}, "azure"),
        ({"authorization": "Bearer\tabc"}, "abc"),
        ({"authorization": "Bearerabc def", "x-api-key": "key"}, "key"),
        ({"x-goog-api-key": "google"}, "google"),
        ({"x-api-key": "one", "api-key": "two", "x-goog-api-key": "three"}, "one"),
        ({"cookie": "abc"}, None),
        ({"authorization": "Bearer", "x-api-key": " "}, None),
        ({}, None),
    ],
)
def test_a_clients_credential_is_found_wherever_its_sdk_puts_it(headers: dict[str, str], expected: str | None) -> None:
    assert client_credential(headers) == expected
    assert client_credential([(name.encode(), value.encode()) for name, value in headers.items()]) == expected


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Authorization",
            "X-Api-Key",
            "api-key",
            "x-goog-api-key",
            "apikey",
            "X-Auth",
            "x-auth-key",
            "x-functions-key",
        ),
        *(
            "ocp-apim-subscription-key",
            "x-vendor-token",
            "x-secret-value",
            "Cookie",
            "x-user-pass",
            "x-password",
            "x-jwt-assertion",
        ),
        *(
            "x-amz-signature",
            "x-amz-credential",
            "key",
            "sig",
            "apiKey",
            "accessKeyId",
            "AWSAccessKeyId",
            "dpop",
            "helicone-auth",
        ),
    ],
)
def test_a_name_that_speaks_of_a_credential_is_known(name: str) -> None:
    assert speaks_of_credential(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "x-team",
            "idempotency-key",
            "x-idempotency-key",
            "prompt_cache_key",
            "x-author",
            "authority",
            "x-bypass-cache",
        ),
        *(
            "x-portkey-provider",
            "x-design",
            "monkey",
            "x-session-id",
            "anthropic-beta",
            "openai-organization",
            "x-stainless-os",
        ),
    ],
)
def test_one_that_only_sounds_like_it_is_not(name: str) -> None:
    assert not speaks_of_credential(name)


def test_credentials_among_configured_headers_are_known_with_their_scheme_and_without() -> None:
    headers = {
        "Authorization": "Bearer one",
        "x-api-key": "two",
        "x-vendor-token": "Token  three",
        "x-team": "platform",
    }
    assert {each for each in secrets_in(headers) if each} == {"Bearer one", "one", "two", "Token  three", "three"}


@given(st.text(alphabet=st.characters(max_codepoint=255), min_size=1))
def test_a_credential_that_passes_through_arrives_as_it_came(value: str) -> None:
    sent = client_credential([(b"x-api-key", value.encode("latin-1"))])
    if sent is not None:
        assert authorise(PROVIDERS["openai"].sign, CHAT, sent) == (
            (b"authorization", b"Bearer " + sent.encode("latin-1")),
        )
        assert sent == value.strip()
