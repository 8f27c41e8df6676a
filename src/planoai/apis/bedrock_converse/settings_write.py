"""How long, how varied, how deeply thought, in which form: a Request's measures as Converse has them, for the model that is to answer.

What Converse has no word for stands in `additionalModelRequestFields`, where every maker's models have words of their own.
"""

import re

from msgspec import Raw, Struct

from planoai.apis.anthropic_messages import models as anthropic
from planoai.apis.anthropic_messages.sampling_write import (
    Members,
    calls_without_thinking,
    write_limit,
    write_sampling,
    write_thinking,
)
from planoai.apis.anthropic_messages.schema import closed, in_words
from planoai.apis.bedrock_converse.media_write import Block
from planoai.apis.bedrock_converse.models import Model
from planoai.apis.models import EFFORTS, effort_of, habits, instead, nearest_effort
from planoai.conversation.request import JsonObject, JsonSchema, Reasoning, Request

# Features in trial that Claude can be asked for at Bedrock. It answers any other name with an error, so these are all that are sent on.
BETAS = frozenset(
    (
        "context-1m-2025-08-07",
        "effort-2025-11-24",
        "interleaved-thinking-2025-05-14",
        "output-128k-2025-02-19",
        "token-efficient-tools-2025-02-19",
    )
)
_TIERS = frozenset(("priority", "default", "flex", "reserved"))
_MOST_METADATA = 16
_METADATA_KEY = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}")
_METADATA_VALUE = re.compile(r"[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}")


class Settings(Struct):
    """Members of the body. `additional` are the model's own, `said` is what has to be asked for in words."""

    inference: Block
    additional: Block
    output: Block
    said: list[Block]


def write_settings(request: Request, row: Model, lost: list[str], *, forced: bool) -> Settings:
    """`forced`: the model must call a tool, before which Claude can not think."""
    most = write_limit(request, lost)
    like = anthropic.model(request.model) if row.claude else anthropic.Model()
    default = like.default_max_tokens
    thinking, effort = _thinking(request, row, like, most or default, lost, forced=forced)
    members = write_sampling(request, like, lost, thinking=thinking is not None)
    if most is None and thinking is not None:
        most = default  # the budget is part of it
    names = {"maxTokens": most, "temperature": members.get("temperature"), "topP": members.get("top_p")}
    inference = {name: value for name, value in names.items() if value is not None}
    if "stop_sequences" in members:
        inference["stopSequences"] = members["stop_sequences"]
    additional: Block = {} if thinking is None else {"thinking": thinking}
    if row.effort and effort is not None:
        additional["reasoning_effort"] = effort
    _add_top_k(additional, members.get("top_k"), row, lost)
    betas = [each for each in request.betas if row.claude and each in BETAS]
    lost += (f"anthropic-beta[{place}]" for place, each in enumerate(request.betas) if each not in betas)
    if betas:
        additional["anthropic_beta"] = betas
    form, said = _form(request, row, lost)
    output: Block = {} if effort is None or not row.claude else {"effort": effort}
    return Settings(inference, additional, output | form, said)


def write_account(request: Request, lost: list[str]) -> Block:
    """What the bookkeeping is told."""
    members: Block = {}
    if request.service_tier in _TIERS:
        members["serviceTier"] = {"type": request.service_tier}
    elif request.service_tier not in (None, "auto"):
        lost.append("service_tier")
    told: dict[str, str] = {}
    for key, value in request.metadata.items():
        if len(told) < _MOST_METADATA and _METADATA_KEY.fullmatch(key) and _METADATA_VALUE.fullmatch(value):
            told[key] = value
        else:
            lost.append(f"metadata.{key}")
    if told:
        members["requestMetadata"] = told
    return members


def _thinking(
    request: Request, row: Model, like: anthropic.Model, most: int, lost: list[str], *, forced: bool
) -> tuple[Members | None, str | None]:
    """Claude's `thinking`, and the effort. To think not at all is what nothing need be said for, and what newer models refuse to be told."""
    wanted = request.reasoning
    if wanted is None:
        return None, None
    if row.claude:
        thinking, effort = write_thinking(request, like, most, lost, forced=forced)
        if thinking is not None and thinking["type"] == "enabled" and calls_without_thinking(request):
            lost.append(request.path("reasoning"))  # what was thought before the calls was another provider's
            return None, effort
        return (None if thinking == {"type": "disabled"} else thinking), effort
    if wanted == Reasoning(summary=wanted.summary):
        if wanted.summary is not None:
            lost.append(request.path("reasoning"))
        return None, None
    if wanted.mode == "disabled":
        return None, None
    effort = wanted.effort or effort_of(wanted.budget or 0)
    if row.effort and effort in EFFORTS:
        written = nearest_effort(effort, habits(request.model).efforts)
        if written != effort:
            lost.append(instead(request.path("reasoning"), effort, written))
        return None, written
    if wanted.effort != "none":
        lost.append(request.path("reasoning"))
    return None, None


def _add_top_k(additional: Block, top_k: object, row: Model, lost: list[str]) -> None:
    if top_k is None:
        return
    match row.top_k:
        case (name,):
            additional[name] = top_k
        case (group, name):
            additional[group] = {name: top_k}
        case _:
            lost.append("top_k")


def _form(request: Request, row: Model, lost: list[str]) -> tuple[Block, list[Block]]:
    """`outputConfig` as far as it is about the answer's form, and what has to be asked for in words instead."""
    match request.format:
        case JsonSchema() as wanted:
            shape = closed(wanted.schema) if row.schemas else None
            if shape is not None:
                return {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": _schema(wanted, shape)}}}, []
            if wanted.description:
                lost.append(f"{request.path('format')} (its name and description)")
            return {}, [{"text": in_words(wanted)}]
        case JsonObject() as wanted:
            return {}, [{"text": in_words(wanted)}]
        case None:
            return {}, []


def _schema(wanted: JsonSchema, shape: Raw) -> Block:
    """Here a schema is text."""
    described = {} if wanted.description is None else {"description": wanted.description}
    return {"schema": bytes(shape).decode(), "name": wanted.name, **described}
