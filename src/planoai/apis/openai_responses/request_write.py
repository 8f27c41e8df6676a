"""Conversation -> a Responses request for one upstream."""

from hashlib import sha256

import msgspec
from msgspec import Raw

from planoai.apis.crossing import check_crossing
from planoai.apis.dialect import Accepts, Written
from planoai.apis.models import Habits, effort_of, habits, nearest_effort
from planoai.apis.openai_chat.strict import qualifies
from planoai.apis.openai_responses.codex import ENCRYPTED, for_codex
from planoai.apis.openai_responses.items_write import ItemWriter
from planoai.apis.openai_responses.sampling import refused
from planoai.apis.openai_responses.tools_write import ToolWriter
from planoai.apis.openai_responses.wire import NAME
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request
from planoai.errors import BadRequest

_LEAST_OUTPUT = 16  # tokens; OpenAI refuses a lower limit
_LONGEST_USER = 64
_HUB_NAMES = {"max_output_tokens": "max_tokens"}  # what a field of this API is called in a Request


def write_request(request: Request, accepts: Accepts) -> Written:
    """Raises ClientError where nothing would be left to ask, or something else than was asked."""
    check_crossing(request, NAME)
    if request.sampling.n is not None and request.sampling.n > 1:
        raise BadRequest("n: this model's API gives one answer to a request, not several", param="n")
    written = _Writing(request, accepts)
    fields, lost = written.fields(), written.lost
    if accepts.codex:
        adapted = for_codex({name: Raw(msgspec.json.encode(value)) for name, value in fields.items()})
        lost += [request.path(_HUB_NAMES.get(name, name)) for name in adapted.lost]
        return Written(msgspec.json.encode(adapted.fields), tuple(lost))
    return Written(msgspec.json.encode(fields), tuple(lost))


class _Writing:
    def __init__(self, request: Request, accepts: Accepts) -> None:
        self.lost: list[str] = []
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._habits: Habits = habits(request.model)
        self._body: dict[str, object] = {}

    def fields(self) -> dict[str, object]:
        request = self._request
        said = ItemWriter(request, self._accepts)
        said.write()
        goes_on = request.previous is not None or bool(request.bound)
        if not (said.items or (self._own and goes_on)):
            raise BadRequest("messages: nothing in them can be sent to this model", param="messages")
        self._body["model"] = request.model
        self._put(instructions=said.instructions, input=said.items or None, previous_response_id=request.previous)
        self.lost += said.lost
        tools = ToolWriter(request, self._accepts)
        self._body |= tools.write()
        self.lost += tools.lost
        self._sampling()
        self._reasoning()
        self._text()
        self._keeping()
        self._account()
        self._extras(tools.placed)
        self._refused()
        return self._body

    def _put(self, **fields: object) -> None:
        self._body |= {name: value for name, value in fields.items() if value is not None}

    def _lose(self, name: str, value: object) -> None:
        if value is not None:
            self.lost.append(self._request.path(name))

    def _sampling(self) -> None:
        sampling = self._request.sampling
        most = sampling.max_tokens
        if most is not None and most < _LEAST_OUTPUT and not (self._own or self._accepts.codex):
            self.lost.append(f"{self._request.path('max_tokens')} ({_LEAST_OUTPUT} instead of {most})")
            most = _LEAST_OUTPUT
        self._put(max_output_tokens=most, temperature=sampling.temperature, top_p=sampling.top_p)
        self.lost += [f"{self._request.path('stop')}[{place}]" for place in range(len(sampling.stop))]
        for name in ("top_k", "seed", "frequency_penalty", "presence_penalty"):
            self._lose(name, getattr(sampling, name))

    def _reasoning(self) -> None:
        reasoning = self._request.reasoning
        if reasoning is None:
            return
        if self._own:
            members = {"effort": reasoning.effort, "summary": reasoning.summary}
            self._put(reasoning={name: value for name, value in members.items() if value is not None} or None)
            return
        path = self._request.path("reasoning")
        known = self._habits.efforts if self._accepts.reasoning_effort else ()
        wanted = _wanted(reasoning)
        if wanted == "none" and wanted not in known and reasoning.effort is None:
            self.lost += [path] if self._habits.thinks else []
            return
        effort = None if wanted is None else nearest_effort(wanted, known)
        if effort != wanted or effort is None:
            self.lost.append(f"{path} ({effort} instead of {wanted})" if effort else path)
        thinks = self._habits.thinks and self._accepts.reasoning_effort and effort != "none"
        members = {"effort": effort, "summary": (reasoning.summary or "auto") if thinks else None}
        self._put(reasoning={name: value for name, value in members.items() if value is not None} or None)

    def _refused(self) -> None:
        """What the model answers with 400, as hard as it is now told to think."""
        reasoning = self._body.get("reasoning")
        effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
        for name in refused(self._request.model, effort):
            self._lose(name, self._body.pop(name, None))

    def _text(self) -> None:
        """The form of the answer and how wordy it is to be."""
        request = self._request
        text: dict[str, object] = {}
        match request.format:
            case JsonObject():
                text["format"] = {"type": "json_object"}
            case JsonSchema() as schema:
                text["format"] = self._schema(schema)
            case None:
                pass
        if request.verbosity is not None and (self._own or self._habits.openai):
            text["verbosity"] = request.verbosity
        else:
            self._lose("verbosity", request.verbosity)
        self._put(text=text or None)

    def _schema(self, schema: JsonSchema) -> dict[str, object]:
        strict = schema.strict
        if strict and not self._own:
            strict = qualifies(schema.schema)
            self.lost += [] if strict else [f"{self._request.path('format')} (not held to it strictly)"]
        members = {
            "type": "json_schema",
            "name": schema.name,
            "description": schema.description,
            "schema": schema.schema,
            "strict": strict,
        }
        return {name: value for name, value in members.items() if value is not None}

    def _keeping(self) -> None:
        """Answers are kept only for clients that ask for it, so a model's thoughts come with them: the next turn is to have them."""
        request = self._request
        if self._own:
            self._put(store=request.store, include=list(request.include) or None, stream=request.stream or None)
        else:
            self._put(store=request.store or False, include=[ENCRYPTED] if self._habits.thinks else None)
        self._put(stream=True if request.stream or self._accepts.only_streams else None)

    def _account(self) -> None:
        request, accepts = self._request, self._accepts
        self.lost += [f"anthropic-beta[{place}]" for place in range(len(request.betas))]
        user = request.user
        if user and len(user) > _LONGEST_USER and not self._own:
            user = sha256(user.encode()).hexdigest()
        openai = request.dialect.startswith("openai")
        told: dict[str, tuple[object, bool]] = {
            "user": (user, accepts.user),
            "prompt_cache_key": (request.prompt_cache_key, openai),
            "metadata": (dict(request.metadata) or None, openai and (accepts.account_fields or self._own)),
            "service_tier": (request.service_tier, openai and (accepts.account_fields or self._own)),
        }
        for name, (value, taken) in told.items():
            if taken:
                self._put(**{name: value})
            else:
                self._lose(name, value)

    def _extras(self, placed: set[str]) -> None:
        """What stood inside of something that was read has no place to go back to."""
        for name, value in self._request.extras.items():
            if name in placed:
                continue
            if not self._own or "." in name or "[" in name:
                self.lost.append(name)
            else:
                self._body.setdefault(name, value)


def _wanted(reasoning: Reasoning) -> str | None:
    """How much thinking is asked for; None for as much as the model likes."""
    if reasoning.effort is not None:
        return reasoning.effort
    if reasoning.mode == "disabled":
        return "none"
    return None if reasoning.budget is None else effort_of(reasoning.budget)
