"""What is made of requests as they end, in one process; and which trace upstreams hear of."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from planoai.conversation.usage import Usage
from planoai.observability.observation import Observation
from planoai.observability.spans import spans
from tests.gateway.conftest import CONFIG, Setting, served
from tests.support.answers import CHAT, CHAT_STREAM, MESSAGES
from tests.support.upstream import stream, whole

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACING = "tracing: {{random_sampling: 100, span_attributes: {{header_prefixes: [x-acme-], static: {{environment: staging}}}}}}\n"
BODY = {
    "model": "fast",
    "messages": [{"role": "user", "content": "i want to talk to a real person, sk-abcdefghijklmnop"}],
}


@asynccontextmanager
async def observed(more: str = "") -> AsyncIterator[tuple[Setting, list[Observation]]]:
    seen: list[Observation] = []
    async with served(CONFIG + more, observed=seen.append) as setting:
        yield setting, seen


async def ended(seen: Sequence[Observation], count: int = 1) -> None:
    """A client has its answer before we have done with it."""
    async with asyncio.timeout(20):
        while len(seen) < count:
            await asyncio.sleep(0)


async def test_an_exchange_is_observed_with_what_was_asked_said_spent_and_felt() -> None:
    async with observed(TRACING) as (setting, seen):
        setting.upstream.will(whole(CHAT))
        headers = {"x-acme-user-id": "u1", "x-acme-api-key": "sk-1", "x-model-affinity": "s1"}
        await setting.http.post("/v1/chat/completions", json=BODY, headers=headers)
        await ended(seen)

    [one] = seen
    assert one.opened.handler == "llm_chat"
    assert one.opened.body is None
    assert (one.session, dict(one.attributes)) == ("s1", {"environment": "staging", "user.id": "u1"})
    assert one.asked is not None
    assert one.asked.preview == "i want to talk to a real person, [key]"
    assert one.answer is not None
    assert one.answer.text.startswith("Hello")
    assert one.usage is not None
    assert one.cost is not None
    assert one.cost.total > 0
    assert one.signals is not None
    assert [each.type for each in one.signals.found] == ["interaction.disengagement.escalation"]
    [attempt] = one.closed.attempts
    assert (attempt.full_name, attempt.path) == ("openai/gpt-4o", "/v1/chat/completions")
    assert 0 < one.opened.ready <= attempt.sent <= attempt.answered <= attempt.ended <= one.closed.ended
    assert one.overhead is not None
    assert one.ttft is not None


async def test_streams_translations_and_errors_are_observed_alike() -> None:
    async with observed("overrides: {{disable_signals: true}}\nobservability: {{capture: none}}\n") as (setting, seen):
        setting.upstream.will(stream(*CHAT_STREAM), whole(MESSAGES), whole({"error": {"message": "no"}}, status=401))
        for model in ("fast", "deep", "fast"):
            await setting.http.post("/v1/chat/completions", json={**BODY, "model": model, "stream": model == "fast"})
        await setting.http.post("/v1/chat/completions", content=b"{")
        await setting.http.get("/nowhere")
        await ended(seen, 5)

    streamed, translated, refused, unread, nowhere = seen
    assert isinstance(streamed.usage, Usage)
    assert streamed.closed.streamed
    assert translated.usage is not None
    assert translated.closed.attempts[0].dialect == "anthropic_messages"
    assert (refused.closed.status, refused.usage, refused.answer) == (401, None, None)
    assert (unread.closed.status, unread.closed.error) == (400, "invalid_request")
    assert "JSON" in unread.closed.told
    assert (nowhere.opened.handler, nowhere.closed.status) == ("not_found", 404)
    for each in seen:
        assert each.signals is None
        assert each.asked is None or each.asked.preview == ""
        assert each.answer is None or each.answer.text == ""


@pytest.mark.parametrize("more", ["", TRACING], ids=["off", "on"])
async def test_a_client_that_has_a_trace_finds_the_upstream_in_it(more: str) -> None:
    async with observed(more) as (setting, seen):
        setting.upstream.will(whole(CHAT))
        headers = {"traceparent": f"00-{TRACE}-{SPAN}-00", "tracestate": "vendor=1"}
        await setting.http.post("/v1/chat/completions", json=BODY, headers=headers)
        await ended(seen)

        sent = setting.upstream.asked[0].headers

    root, attempt = spans(seen[0])
    assert (root.trace.hex(), root.parent.hex(), root.state) == (TRACE, SPAN, "vendor=1")
    assert sent["traceparent"] == f"00-{TRACE}-{attempt.id.hex()}-00"
    assert sent["tracestate"] == "vendor=1"


async def test_a_trace_of_ours_goes_on_where_tracing_is_on() -> None:
    async with observed(TRACING) as (setting, seen):
        setting.upstream.will(whole(CHAT))
        await setting.http.post(
            "/v1/chat/completions", json=BODY, headers={"traceparent": "00-1-2-01", "tracestate": "a=b"}
        )
        await ended(seen)

        sent = setting.upstream.asked[0].headers

    root, attempt = spans(seen[0])
    assert (root.parent, root.state) == (b"", "")
    assert sent["traceparent"] == f"00-{root.trace.hex()}-{attempt.id.hex()}-01"
    assert "tracestate" not in sent


async def test_without_tracing_and_without_a_trace_upstreams_hear_of_none(setting: Setting) -> None:
    setting.upstream.will(whole(CHAT))
    await setting.http.post("/v1/chat/completions", json=BODY)

    assert not {"traceparent", "tracestate"} & setting.upstream.asked[0].headers.keys()


async def test_each_try_has_a_span_of_its_own_and_the_upstream_hears_of_it() -> None:
    many = CONFIG.replace("{listener}", ", max_retries: 1{listener}") + TRACING
    seen: list[Observation] = []
    async with served(many, observed=seen.append) as setting:
        setting.upstream.will(whole({"error": {"message": "later"}}, status=503), whole(CHAT))
        await setting.http.post("/v1/chat/completions", json=BODY)
        await ended(seen)
        sent = [each.headers["traceparent"].split("-")[2] for each in setting.upstream.asked]

    _, first, second = spans(seen[0])
    assert sent == [first.id.hex(), second.id.hex()]
    assert first.status == "error"
