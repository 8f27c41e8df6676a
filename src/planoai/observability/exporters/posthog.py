"""Calls of models to PostHog, one event each."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import json

from planoai.config import schema
from planoai.names import attributes as name
from planoai.net.client import Origin
from planoai.net.proxy import Proxies
from planoai.observability.exporters.batching import Batching, Pace
from planoai.observability.exporters.exporter import Refused, Taken, Unavailable
from planoai.observability.exporters.posting import Poster
from planoai.observability.exporters.trust import context
from planoai.observability.observation import Observation
from planoai.observability.spans import Span, spans

_EVENT = "$ai_generation"
_COMES_BACK = frozenset((408, 429, 500, 502, 503, 504))
# Attributes that are told by names of PostHog's; the words of a request and of its answer only where they are wanted.
_BY_OTHER_NAMES = frozenset(
    (
        name.LLM_MODEL,
        name.LLM_PROVIDER,
        name.LLM_PROMPT,
        name.LLM_COMPLETION,
        name.LLM_PREVIEW,
        name.LLM_ANSWER,
        name.FIRST_TOKEN,
        name.STATUS,
        name.PERSON,
    )
)

Event = dict[str, object]


class PostHog:
    """A Destination."""

    def __init__(self, url: str, api_key: str, proxies: Proxies | None = None) -> None:
        self.where = str(Origin.parse(url))
        self._target = f"{urlsplit(url).path.rstrip('/')}/batch/"
        self._poster = Poster(Origin.parse(url), lambda: context(None), proxies)
        self._begin = b'{"api_key":' + json.encode(api_key) + b',"batch":'
        self._headers = ((b"content-type", b"application/json"), (b"user-agent", b"planoai"))

    def reach(self, seconds: float) -> None:
        """The first request shows it."""

    def deliver(self, data: bytes, seconds: float) -> Taken:
        """`data`: the events. What it answers is not told: it may repeat the key."""
        answer = self._poster.post(self._target, self._headers, self._begin + data + b"}", seconds)
        if 200 <= answer.status < 300:
            return Taken()
        if answer.status in _COMES_BACK:
            raise Unavailable(f"status {answer.status}", answer.after)
        raise Refused(f"status {answer.status}")

    def interrupt(self) -> None:
        self._poster.interrupt()

    def close(self) -> None:
        self._poster.close()


def exporter(options: schema.Exporter, proxies: Proxies | None = None, pace: Pace | None = None) -> Batching:
    def pack(observations: Sequence[Observation]) -> bytes:
        found = events(observations, captures=options.capture_messages)
        return json.encode(found) if found else b""

    return Batching("posthog", "events", PostHog(options.url, options.api_key, proxies), pack, pace)


def events(observations: Iterable[Observation], *, captures: bool) -> list[Event]:
    """One of each request that asked a model. `captures`: with what was asked and answered, as much of it as is kept."""
    found = []
    for observation in observations:
        root = spans(observation)[0]
        if root.service == name.SERVICE_LLM and root.attributes.get(name.LLM_MODEL):
            found.append(_event(root, observation, captures=captures))
    return found


def _event(span: Span, observation: Observation, *, captures: bool) -> Event:
    """The same request is always the same event, so that PostHog knows one that it is told of twice."""
    return {
        "event": _EVENT,
        "uuid": str(UUID(bytes=span.trace[:8] + span.id, version=4)),
        "timestamp": datetime.fromtimestamp(span.end / 1e9, UTC).isoformat().replace("+00:00", "Z"),
        "properties": {
            **{key: value for key, value in span.attributes.items() if key not in _BY_OTHER_NAMES},
            **_of_call(span, observation),
            **_of_person(span, observation),
            **(_words(span) if captures else {}),
        },
    }


def _of_call(span: Span, observation: Observation) -> Event:
    told = span.attributes
    status = observation.closed.status
    found: Event = {
        "$ai_model": told[name.LLM_MODEL],
        "$ai_trace_id": span.trace.hex(),
        "$ai_span_id": span.id.hex(),
        "$ai_latency": (span.end - span.start) / 1e9,
        "$ai_stream": observation.closed.streamed,
        "$ai_is_error": status >= 400 or span.status == "error",
    }
    if span.parent:
        found["$ai_parent_id"] = span.parent.hex()
    if status:
        found["$ai_http_status"] = status
    if observation.ttft is not None:
        found["$ai_time_to_first_token"] = observation.ttft
    for ours, theirs in (
        (name.LLM_PROVIDER, "$ai_provider"),
        (name.LLM_PROMPT, "$ai_input_tokens"),
        (name.LLM_COMPLETION, "$ai_output_tokens"),
    ):
        if ours in told:
            found[theirs] = told[ours]
    return found


def _of_person(span: Span, observation: Observation) -> Event:
    if observation.person:
        return {"distinct_id": observation.person}
    return {"distinct_id": span.trace.hex(), "$process_person_profile": False}


def _words(span: Span) -> Event:
    found: Event = {}
    for ours, theirs, role in (
        (name.LLM_PREVIEW, "$ai_input", "user"),
        (name.LLM_ANSWER, "$ai_output_choices", "assistant"),
    ):
        if ours in span.attributes:
            found[theirs] = [{"role": role, "content": span.attributes[ours]}]
    return found
