"""What a collector is told of a request, for every API in front of every API, whatever became of it: equal to what client and provider know themselves."""

import asyncio
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import httpx2
import pytest

from planoai.observability.observation import Observation
from tests.acceptance import clients, providers
from tests.acceptance.providers import FACTS, Spent
from tests.acceptance.scene import MODELS, NAMES, Scene, scene
from tests.observability.metrics.scraped import total, value
from tests.support.collector import Span, Value, collecting
from tests.support.upstream import Cut, Hold, Step

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
ENDS = ("fine", "refused", "broken", "failed", "cut", "left")
ASKED_AS = {api: name for name, api in NAMES.items()}
ERRORS = {"refused": ("429", "429"), "broken": ("503", "5xx")}  # the client's status, the class of the attempt


@dataclass(frozen=True)
class Case:
    client: str
    api: str
    streaming: bool
    ends: str

    @property
    def id(self) -> str:
        return f"{self.client}-{self.api}-{'stream' if self.streaming else 'whole'}-{self.ends}"

    @property
    def answered(self) -> bool:
        """The client got some of an answer."""
        return self.ends == "fine" or (self.streaming and self.ends in ("cut", "left"))


CASES = [
    case
    for case in (Case(*each) for each in product(clients.PATHS, MODELS, (False, True), ENDS))
    if (case.api, case.streaming, case.ends) != ("converse", False, "failed")  # it has a status for that
]


@dataclass
class Seen:
    """What the client knows of its request: the status, None where it left before."""

    status: int | None
    root: Span
    tries: Sequence[Span]
    row: Observation


def script(case: Case) -> Sequence[Step]:
    match case.ends:
        case "fine":
            return providers.fine(case.api, streaming=case.streaming)
        case "refused":
            return providers.refused(case.api)
        case "broken":
            return providers.broken(case.api)
        case "failed":
            return providers.failed(case.api, streaming=case.streaming)
        case "cut":
            return providers.begun(case.api, Cut(), streaming=case.streaming)
        case _:
            return providers.begun(case.api, Hold(), streaming=case.streaming)


async def asked(case: Case, staged: Scene) -> int | None:
    """The status that the client got."""
    steps = script(case)
    staged.upstream.will(steps)
    headers = {
        "traceparent": f"00-{TRACE}-{PARENT}-01",
        "tracestate": "vendor=1",
        "x-request-id": case.id,
        "x-model-affinity": "session-1",
        "x-acme-workspace-id": "ws1",
    }
    body = clients.body(case.client, ASKED_AS[case.api], streaming=case.streaming)
    request = staged.http.stream("POST", clients.PATHS[case.client], json=body, headers=headers)
    if case.ends == "left":
        return await left(request, steps, streaming=case.streaming)
    async with request as answer:
        with suppress(httpx2.RemoteProtocolError):
            await answer.aread()
        return answer.status_code


async def left(
    request: AbstractAsyncContextManager[httpx2.Response], steps: Sequence[Step], *, streaming: bool
) -> int | None:
    """It has read the first words, or waits for the first byte, and goes."""
    [hold] = [step for step in steps if isinstance(step, Hold)]
    if streaming:
        async with request as answer:
            read = b""
            async for chunk in answer.aiter_raw():
                read += chunk
                if b"Let me" in read:
                    break
            return answer.status_code

    async def waits() -> None:
        async with request:
            pytest.fail("nothing was to come")

    waiting = asyncio.create_task(waits())
    await hold.reached.wait()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    return None


@dataclass
class Told:
    """All that happened, as a collector has it."""

    scene: Scene
    seen: Mapping[str, Seen]


@pytest.fixture(scope="module", params=["grpc", "http"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(_told(request.param, tmp_path_factory.mktemp("acceptance")))


async def _told(protocol: str, folder: Path) -> Told:
    statuses: dict[str, int | None] = {}
    with collecting() as collector:
        async with scene(folder, collector, protocol=protocol) as staged:
            for case in CASES:
                statuses[case.id] = await asked(case, staged)
    roots = staged.roots()
    rows = {each.opened.request_id.decode(): each for each in staged.rows()}
    return Told(
        staged,
        {name: Seen(status, roots[name], staged.tries(roots[name]), rows[name]) for name, status in statuses.items()},
    )


@pytest.fixture(params=CASES, ids=lambda case: case.id)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def subset(attributes: Mapping[str, Value], prefix: str) -> Mapping[str, Value]:
    return {key: each for key, each in attributes.items() if key.startswith(prefix)}


def spent(case: Case) -> Spent | None:
    if case.ends == "fine":
        return FACTS[case.api].spent
    return FACTS[case.api].by_then if case.streaming and case.ends in ("cut", "left") else None


def test_the_request_is_a_span_in_the_clients_trace_with_one_for_the_upstream_below(told: Told, case: Case) -> None:
    seen, facts = told.seen[case.id], FACTS[case.api]
    root, [tried] = seen.root, seen.tries
    path = facts.stream_path if case.streaming else facts.path
    authority = told.scene.upstream.url.removeprefix("http://")

    assert (root.trace, root.parent, root.state) == (TRACE, PARENT, "vendor=1")
    assert root.name == f"POST {clients.PATHS[case.client]} {ASKED_AS[case.api]} -> {MODELS[case.api]} 🚩"
    assert (root.service, root.kind) == ("plano(llm)", "server")
    assert (tried.trace, tried.parent) == (TRACE, root.id)
    assert tried.name == f"POST {authority}{path}"
    assert (tried.service, tried.kind) == ("plano(outbound)", "client")
    assert root.start <= tried.start <= tried.end <= root.end


def test_status_and_outcome_are_what_became_of_it(told: Told, case: Case) -> None:
    seen = told.seen[case.id]
    root, [tried] = seen.root, seen.tries

    assert root.attributes.get("http.status_code") == seen.status
    assert root.attributes["plano.outcome"] == _outcome(case)
    wrong = case.ends in ("broken", "failed", "cut")
    assert root.status == ("error" if wrong else "unset")
    assert tried.status == ("error" if wrong or case.ends == "refused" else "unset")
    if case.ends in ERRORS:
        status, error_class = ERRORS[case.ends]
        assert seen.status == int(status)
        assert root.attributes["error.type"] == tried.attributes["error.type"] == status
        assert tried.attributes["http.status_code"] == int(status)
        assert tried.description == error_class
    elif case.ends == "fine":
        assert seen.status == 200
        assert not {"error", "error.type", "error.message"} & (root.attributes.keys() | tried.attributes.keys())
    else:
        assert root.attributes["error"] is True
    if case.ends == "failed":
        assert seen.status is not None
        assert seen.status >= 500
        assert providers.BROKEN in str(root.attributes["error.message"])


def _outcome(case: Case) -> str:
    match case.ends:
        case "cut":
            return "cut" if case.streaming else "failed"
        case "left":
            return "cancelled"
        case "failed":
            return "failed"
        case _:
            return "completed"


def test_tokens_and_cost_are_what_the_provider_counted(told: Told, case: Case) -> None:
    seen, wanted = told.seen[case.id], spent(case)
    usage = subset(seen.root.attributes, "llm.usage.")
    generic = subset(seen.root.attributes, "gen_ai.usage.")
    if wanted is None:
        assert (usage, generic, seen.row.usage, seen.row.cost) == ({}, {}, None, None)
        return

    optional = {"llm.usage.cache_creation_tokens": wanted.written, "llm.usage.reasoning_tokens": wanted.thought}
    costs = {key: each for key, each in usage.items() if key.endswith("_usd")}
    assert {key: each for key, each in usage.items() if key not in costs} == {
        "llm.usage.prompt_tokens": wanted.input,
        "llm.usage.completion_tokens": wanted.output,
        "llm.usage.total_tokens": wanted.input + wanted.output,
        "llm.usage.cached_input_tokens": wanted.cached,
        **{key: each for key, each in optional.items() if each},
    }
    written = {"gen_ai.usage.cache_creation.input_tokens": wanted.written} if wanted.written else {}
    assert generic == {
        "gen_ai.usage.input_tokens": wanted.input,
        "gen_ai.usage.output_tokens": wanted.output,
        "gen_ai.usage.cache_read.input_tokens": wanted.cached,
        **written,
    }
    expected = dict(zip(("input", "output", "total"), (*wanted.dollars, sum(wanted.dollars)), strict=True))
    assert costs == {f"llm.usage.{key}_cost_usd": pytest.approx(each, abs=1e-9) for key, each in expected.items()}


def test_why_it_ended_and_what_the_model_wants_called_are_told(told: Told, case: Case) -> None:
    seen, facts = told.seen[case.id], FACTS[case.api]
    root, row = seen.root, seen.row

    whole = case.ends == "fine"
    assert root.attributes.get("gen_ai.response.finish_reasons") == (["tool_calls"] if whole else None)
    told_model = facts.model if case.answered else ""
    assert root.attributes.get("gen_ai.response.model", "") == told_model
    assert root.attributes.get("gen_ai.response.id", "") == (facts.id if case.answered else "")
    assert root.attributes["llm.model"] == (told_model or MODELS[case.api])
    assert row.whole == whole
    if case.answered:
        assert row.answer is not None
        assert [each.name for each in row.answer.calls] == (["get_weather"] if whole else [])
        assert root.attributes["llm.response_preview"] == row.answer.text == (providers.SAID if whole else "Let me")
    else:
        assert "llm.response_preview" not in root.attributes


def test_the_first_token_is_an_event_and_a_duration(told: Told, case: Case) -> None:
    seen = told.seen[case.id]
    root, [tried] = seen.root, seen.tries
    events = [each for each in root.events if each.name == "llm.time_to_first_token"]
    if not (case.answered or case.ends in ERRORS):  # what the client gets of an error of ours came from no model
        assert events == []
        assert "llm.time_to_first_token" not in root.attributes
        return
    [event] = events
    assert tried.start <= event.at <= root.end
    assert root.attributes["llm.time_to_first_token"] == pytest.approx((event.at - tried.start) / 1e6, abs=0.6)
    duration = root.attributes["llm.duration_ms"]
    assert duration == pytest.approx((root.end - root.start) / 1e6, abs=0.6)


def test_what_people_felt_is_told_whatever_became_of_the_answer(told: Told, case: Case) -> None:
    root = told.seen[case.id].root

    assert subset(root.attributes, "signals.") == clients.SIGNALS
    events = [each for each in root.events if each.name.startswith("signal.")]
    found = [(each.name, each.attributes["signal.message_index"], each.attributes["signal.snippet"]) for each in events]
    assert found == list(clients.EVENTS)
    for each in events:
        assert each.attributes["signal.type"] == each.name.removeprefix("signal.")
        assert 0 < float(str(each.attributes["signal.confidence"])) <= 1
        assert str(each.attributes["signal.metadata"]).startswith("{")


def test_attributes_of_the_request_are_what_was_sent(told: Told, case: Case) -> None:
    seen, facts = told.seen[case.id], FACTS[case.api]
    root, [tried] = seen.root, seen.tries
    provider, _, model = MODELS[case.api].partition("/")
    path = facts.stream_path if case.streaming else facts.path
    expected = {
        "component": "llm",
        "http.method": "POST",
        "http.path": clients.PATHS[case.client],
        "model.requested": ASKED_AS[case.api],
        "llm.provider": provider,
        "llm.is_streaming": case.streaming,
        "llm.temperature": "0.5",
        "llm.max_tokens": 50,
        "llm.tools": "get_weather(...)\nget_orders(...)",
        "llm.user_message_preview": clients.LAST,
        "plano.session_id": "session-1",
        "plano.attempts": 1,
        "environment": "staging",
        "workspace.id": "ws1",
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 50,
        "gen_ai.conversation.id": "session-1",
    }
    assert {key: root.attributes.get(key) for key in expected} == expected
    outbound = {
        "http.method": "POST",
        "http.target": path,
        "plano.attempt": 1,
        "server.address": "127.0.0.1",
        "server.port": told.scene.upstream.port,
        "gen_ai.request.model": model,
    }
    assert {key: tried.attributes.get(key) for key in outbound} == outbound


def test_the_store_has_what_was_exported(told: Told, case: Case) -> None:
    seen = told.seen[case.id]
    assert seen.row.opened.trace.span.hex() == seen.root.id
    assert seen.row.closed.status == (seen.status or 0)
    assert seen.row.opened.body is None


def test_metrics_count_each_request_once(told: Told) -> None:
    found = told.scene.metrics
    classes = Counter(f"{seen.status // 100}xx" if seen.status else "other" for seen in told.seen.values())
    for each, count in classes.items():
        counted = value(found, "brightstaff_http_requests_total", handler="llm_chat", method="POST", status_class=each)
        assert (each, counted) == (each, count)
    assert total(found, "brightstaff_http_requests_total") == len(CASES)
    assert total(found, "brightstaff_llm_upstream_requests_total") == len(CASES)


@pytest.mark.parametrize("api", MODELS)
def test_metrics_add_up_to_what_the_provider_counted(told: Told, api: str) -> None:
    found = told.scene.metrics
    provider, _, model = MODELS[api].partition("/")
    of = {"provider": provider, "model": model}
    wanted = [each for each in (spent(case) for case in CASES if case.api == api) if each is not None]
    for kind, amount in {
        "prompt": sum(each.input for each in wanted),
        "completion": sum(each.output for each in wanted),
        "cache_read": sum(each.cached for each in wanted),
        "cache_write": sum(each.written for each in wanted),
    }.items():
        counted = total(found, "brightstaff_llm_tokens_total", kind=kind, **of)
        assert (kind, counted) == (kind, amount)
    dollars = total(found, "plano_cost_usd_total", **of)
    assert math.isclose(dollars, sum(sum(each.dollars) for each in wanted), abs_tol=1e-9)
