"""Conversation -> a Chat request for one upstream."""

from hashlib import sha256

import msgspec
from msgspec import Raw

from planoai.apis.crossing import check_crossing
from planoai.apis.dialect import Accepts, Written
from planoai.apis.models import effort_of, habits, instead, nearest_effort, refused_there
from planoai.apis.openai_chat import models
from planoai.apis.openai_chat.message_write import MessageWriter
from planoai.apis.openai_chat.schemas import plain
from planoai.apis.openai_chat.strict import qualifies
from planoai.apis.openai_chat.tools_write import ToolWriter
from planoai.apis.openai_chat.wire import NAME
from planoai.conversation.naming import flattened
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request
from planoai.errors import BadRequest

_MOST_STOPS = 4  # OpenAI refuses more
_LONGEST_USER = 64
_OPTIONS = "stream_options."  # what begins the paths of its members


def write_request(request: Request, accepts: Accepts) -> Written:
    """Raises ClientError where nothing would be left to ask, or something else than was asked."""
    check_crossing(request, NAME)
    return _Writing(flattened(request), accepts).written()


class _Writing:
    def __init__(self, request: Request, accepts: Accepts) -> None:
        self._request = request
        self._accepts = accepts
        self._own = request.dialect == NAME
        self._lost: list[str] = []
        self._body: dict[str, object] = {}

    def written(self) -> Written:
        request = self._request
        messages = MessageWriter(request, self._accepts)
        self._body = {"model": request.model, "messages": messages.write()}
        if not self._body["messages"]:
            raise BadRequest("messages: nothing in them can be sent to this model", param="messages")
        self._lost += messages.lost
        tools = ToolWriter(request, self._accepts)
        self._body |= tools.write()
        self._lost += tools.lost
        self._sampling()
        self._reasoning()
        self._format()
        self._stream()
        self._account()
        self._extras()
        effort = self._body.get("reasoning_effort")
        refused = models.refused(request.model, effort if isinstance(effort, str) else None)
        for name in (*refused, *refused_there(request.model, self._accepts)):
            if self._body.pop(name, None) is not None and name != "stream_options":
                self._lost.append(request.path(name))
        return Written(msgspec.json.encode(self._body), tuple(self._lost))

    def _put(self, **fields: object) -> None:
        self._body |= {name: value for name, value in fields.items() if value is not None}

    def _sampling(self) -> None:
        sampling, accepts = self._request.sampling, self._accepts
        limit = models.limit_name(self._request.model, accepts.max_tokens)
        stop = sampling.stop if self._own else sampling.stop[:_MOST_STOPS]
        self._lost += [f"{self._request.path('stop')}[{place}]" for place in range(len(stop), len(sampling.stop))]
        self._put(
            **{limit: sampling.max_tokens},
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            stop=stop or None,
            seed=sampling.seed,
            frequency_penalty=sampling.frequency_penalty,
            presence_penalty=sampling.presence_penalty,
            n=sampling.n,
        )
        if self._own or accepts.top_k:
            self._put(top_k=sampling.top_k)
        elif sampling.top_k is not None:
            self._lost.append("top_k")

    def _reasoning(self) -> None:
        reasoning = self._request.reasoning
        if reasoning is None:
            return
        if self._own:
            self._own_thinking(reasoning)
            self._own_effort(reasoning.effort)
            return
        path = self._request.path("reasoning")
        effort = reasoning.effort
        if effort is None and reasoning.budget is not None:
            effort = effort_of(reasoning.budget)
        if effort is None and reasoning.mode == "disabled":
            if not habits(self._request.model).thinks:
                return
            effort = "none"  # many think unless they are told not to
        if effort is None:
            self._lost.append(path)
            return
        known = habits(self._request.model).efforts if self._accepts.reasoning_effort else ()
        there = models.efforts_there(self._request.model, self._accepts)
        written = nearest_effort(effort, known) if there is None else there.get(effort)
        self._put(reasoning_effort=written)
        if written != effort:
            self._lost.append(instead(path, effort, written))

    def _own_effort(self, effort: str | None) -> None:
        there = models.efforts_there(self._request.model, self._accepts)
        written = effort if there is None else there.get(effort or "")
        if not self._accepts.reasoning_effort:
            written = None
        self._put(reasoning_effort=written)
        if effort is not None and written != effort:
            self._lost.append(instead("reasoning_effort", effort, written))

    def _own_thinking(self, reasoning: Reasoning) -> None:
        """The switch that some servers of this API have taken from Anthropic."""
        if reasoning.mode is not None:
            budget = {} if reasoning.budget is None else {"budget_tokens": reasoning.budget}
            self._put(thinking={"type": reasoning.mode, **budget})

    def _format(self) -> None:
        match self._request.format:
            case JsonObject():
                self._put(response_format={"type": "json_object"})
            case JsonSchema() as schema:
                strict, written = schema.strict, self._plain(schema.schema)
                if not self._own and strict is not False:
                    strict = qualifies(schema.schema)
                    self._lost += [] if strict else [f"{self._request.path('format')} (not held to it strictly)"]
                members = {
                    "name": schema.name,
                    "description": schema.description,
                    "schema": written,
                    "strict": strict,
                }
                kept = {name: value for name, value in members.items() if value is not None}
                self._put(response_format={"type": "json_schema", "json_schema": kept})
            case None:
                pass

    def _plain(self, schema: Raw) -> Raw:
        if not self._accepts.plain_schemas:
            return schema
        written, lost = plain(schema)
        at = f"{self._request.path('format')}.{'json_schema.' if self._own else ''}schema"
        self._lost += [f"{at}.{path}" for path in lost]
        return written

    def _stream(self) -> None:
        """Usage is always asked for: whoever did not want to see it is not shown it."""
        if self._request.stream:
            self._put(stream=True)
            if self._accepts.stream_options:
                self._put(stream_options={**self._stream_options(), "include_usage": True})

    def _stream_options(self) -> dict[str, Raw]:
        extras = self._request.extras if self._own else {}
        return {name.removeprefix(_OPTIONS): value for name, value in extras.items() if name.startswith(_OPTIONS)}

    def _account(self) -> None:
        request = self._request
        user = request.user
        if user and len(user) > _LONGEST_USER and not self._own:
            user = sha256(user.encode()).hexdigest()
        if user is not None and not self._accepts.user:
            self._lost.append(request.path("user"))
            user = None
        openai = request.dialect.startswith("openai")
        self._put(user=user)
        if self._own or habits(request.model).openai:
            self._put(verbosity=request.verbosity)
        elif request.verbosity is not None:
            self._lost.append(request.path("verbosity"))
        self._lost += [f"anthropic-beta[{place}]" for place in range(len(request.betas))]
        account = {
            "prompt_cache_key": request.prompt_cache_key,
            "metadata": dict(request.metadata) or None,
            "store": request.store,
            "service_tier": request.service_tier,
        }
        if openai and self._accepts.account_fields:
            self._put(**account)
        else:
            self._lost += [name for name, value in account.items() if value is not None]

    def _extras(self) -> None:
        """What stood inside of something that was read has no place to go back to."""
        for name, value in self._request.extras.items():
            whole = "." not in name and "[" not in name
            if self._own and name.startswith(_OPTIONS):
                continue
            account = name in models.ACCOUNT
            known = self._own or (account and self._request.dialect.startswith("openai"))  # its APIs have them all
            if not known or not whole or (account and not self._accepts.account_fields):
                self._lost.append(name)
            else:
                self._body.setdefault(name, value)
