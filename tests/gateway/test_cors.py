"""Pages of other origins, which a browser lets read an answer only where the answer allows it."""

import pytest

from tests.gateway.conftest import Setting, opened
from tests.support.answers import CHAT, CHAT_STREAM
from tests.support.upstream import stream, whole

PAGE = "https://app.example"
PATH = "/v1/chat/completions"
ASK = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
ASKS_FIRST = {
    "origin": PAGE,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-stainless-os",
}


def allowed(*origins: str) -> dict[str, object]:
    return {"cors": {"allow_origins": list(origins)}}


@pytest.mark.parametrize("origins", [[PAGE], ["*"], ["http://localhost:3000", PAGE]], ids=["one", "any", "two"])
@pytest.mark.parametrize("path", [PATH, "/v1/messages", "/v1/models"])
async def test_a_browser_that_asks_first_may_go_on(path: str, origins: list[str]) -> None:
    async with opened(**allowed(*origins)) as setting:
        answer = await setting.http.options(path, headers=ASKS_FIRST)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] in (PAGE, "*")
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert answer.headers["access-control-allow-headers"] == ASKS_FIRST["access-control-request-headers"]


async def test_a_browser_asks_without_a_key() -> None:
    async with opened(client_keys=["a-key-that-is-long"], **allowed(PAGE)) as setting:
        assert (await setting.http.options(PATH, headers=ASKS_FIRST)).status_code == 204


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example"]
)
async def test_a_page_that_is_not_listed_may_not(origin: str) -> None:
    async with opened(**allowed(PAGE)) as setting:
        setting.upstream.will(whole(CHAT))
        asked_first = await setting.http.options(PATH, headers={**ASKS_FIRST, "origin": origin})
        asked = await setting.http.post(PATH, json=ASK, headers={"origin": origin})
        assert asked_first.status_code == 405
        assert asked.headers["vary"] == "Origin"  # a cache must not give it to a page that is
        for answer in (asked_first, asked):
            assert "access-control-allow-origin" not in answer.headers


async def test_the_list_of_models_is_for_the_same_pages() -> None:
    async with opened(**allowed(PAGE)) as setting:
        answer = await setting.http.options("/v1/models", headers={**ASKS_FIRST, "origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


async def test_answers_streams_and_errors_can_be_read_by_the_page() -> None:
    async with opened(client_keys=["a-key-that-is-long"], **allowed(PAGE)) as setting:
        page = {"origin": PAGE, "authorization": "Bearer a-key-that-is-long"}
        setting.upstream.will(whole(CHAT), stream(*CHAT_STREAM))
        answers = [
            await setting.http.post(PATH, json=ASK, headers=page),
            await setting.http.post(PATH, json={**ASK, "stream": True}, headers=page),
            await setting.http.post(PATH, json={**ASK, "model": "nobody/knows"}, headers=page),
            await setting.http.post(PATH, json=ASK, headers={"origin": PAGE}),
        ]
        assert [answer.status_code for answer in answers] == [200, 200, 404, 401]
        assert {answer.headers["access-control-allow-origin"] for answer in answers} == {PAGE}


async def test_by_default_only_the_list_of_models_answers_a_browser(setting: Setting) -> None:
    answer = await setting.http.options("/v1/models", headers=ASKS_FIRST)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert (await setting.http.options(PATH, headers=ASKS_FIRST)).status_code == 405
