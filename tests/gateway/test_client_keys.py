"""A listener that asks its clients for a key."""

import pytest

from tests.gateway.conftest import Setting, opened
from tests.support.answers import CHAT
from tests.support.upstream import whole

KEYS = ["key-of-team-one-123", "key-of-team-two-456"]
ASK = {"model": "openai/gpt-4o", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
PATHS = ["/v1/chat/completions", "/v1/messages"]

GOOD = {
    "a bearer token": {"authorization": f"Bearer {KEYS[0]}"},
    "the second key": {"authorization": f"bearer {KEYS[1]}"},
    "x-api-key": {"x-api-key": KEYS[0]},
    "a key beside another credential": {"authorization": "Bearer something-else", "x-api-key": KEYS[1]},
}
BAD = {
    "no key": {},
    "an empty key": {"authorization": "Bearer"},
    "another key": {"authorization": "Bearer sk-wrong"},
    "half a key": {"x-api-key": KEYS[0][:-1]},
    "two keys in one": {"x-api-key": ",".join(KEYS)},
    "a key with more behind it": {"x-api-key": KEYS[0] + "x"},
    "another scheme": {"authorization": f"Basic {KEYS[0]}"},
    "bytes that are no text": {"x-api-key": "\xff\xfe"},
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("credential", GOOD)
async def test_a_client_with_a_key_is_served(path: str, credential: str) -> None:
    async with opened(client_keys=KEYS) as setting:
        setting.upstream.will(whole(CHAT))
        assert (await setting.http.post(path, json=ASK, headers=GOOD[credential])).status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/v1/models", "/nothing"])
@pytest.mark.parametrize("credential", BAD)
async def test_a_client_without_one_is_told_so_in_the_words_of_its_api(path: str, credential: str) -> None:
    async with opened(client_keys=KEYS) as setting:
        headers = {name.encode(): value.encode("latin-1") for name, value in BAD[credential].items()}
        answer = await setting.http.request("GET" if path == "/v1/models" else "POST", path, json=ASK, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json()["error"]["type"] == "authentication_error"
        assert (answer.json().get("type") == "error") == (path == "/v1/messages")
        assert not any(key[:8] in answer.text for key in KEYS)
        assert setting.upstream.asked == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/"])
async def test_whoever_looks_whether_it_lives_needs_no_key(path: str) -> None:
    async with opened(client_keys=KEYS) as setting:
        assert (await setting.http.get(path)).status_code == 200


async def test_a_key_of_ours_never_reaches_an_upstream() -> None:
    async with opened(client_keys=KEYS) as setting:
        setting.upstream.will(whole(CHAT))
        for credential in GOOD.values():
            for model in ("openai/gpt-4o", "openrouter/any", "house/llama"):
                await setting.http.post(PATHS[0], json={**ASK, "model": model}, headers=credential)
        assert len(setting.upstream.asked) == 3 * len(GOOD)
        assert not any(key in str(asked) for asked in setting.upstream.asked for key in KEYS)


@pytest.mark.parametrize("value", [KEYS[0], KEYS[1], f"Bearer {KEYS[1]}", f"Token  {KEYS[0]}"])
async def test_nor_does_one_that_stands_under_another_name(value: str) -> None:
    async with opened(client_keys=KEYS) as setting:
        setting.upstream.will(whole(CHAT))
        headers = {"x-api-key": KEYS[0], "x-gateway": value, "x-other": "mine"}
        for model in ("openai/gpt-4o", "openrouter/any"):
            await setting.http.post(PATHS[0], json={**ASK, "model": model}, headers=headers)
        assert not any(key in str(asked) for asked in setting.upstream.asked for key in KEYS)
        assert [asked.headers["x-other"] for asked in setting.upstream.asked] == ["mine", "mine"]


@pytest.mark.parametrize(
    "credentials",
    [
        {"authorization": "Bearer sk-the-clients-own", "x-api-key": KEYS[0]},
        {"authorization": f"Bearer {KEYS[0]}", "x-api-key": "sk-the-clients-own"},
    ],
    ids=["as a bearer token", "as x-api-key"],
)
async def test_the_clients_own_credential_is_passed_through_beside_our_key(credentials: dict[str, str]) -> None:
    async with opened(client_keys=KEYS) as setting:
        setting.upstream.will(whole(CHAT))
        await setting.http.post(PATHS[0], json={**ASK, "model": "openrouter/any"}, headers=credentials)
        [asked] = setting.upstream.asked
        assert asked.headers["authorization"] == "Bearer sk-the-clients-own"


async def test_without_client_keys_anyone_is_served(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    assert (await setting.http.post(PATHS[0], json=ASK)).status_code == 200
