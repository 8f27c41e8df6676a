"""Thinking goes back only where it can be checked: to the provider that issued its proof, or where a client sends it unmarked."""

import base64
import binascii

from msgspec import structs

from planoai.apis.dialect import Accepts
from planoai.apis.proofs import may_go, whose
from planoai.conversation.message import Message, Part, RedactedThinking, Thinking
from planoai.conversation.request import Request


def provable(request: Request, accepts: Accepts, lost: list[str]) -> Request:
    """The request with such thinking only as the upstream can check. The very same object where there is no other."""
    messages = tuple(_provable(message, accepts, lost) for message in request.messages)
    if all(new is old for new, old in zip(messages, request.messages, strict=True)):
        return request
    return structs.replace(request, messages=messages)


def _provable(message: Message, accepts: Accepts, lost: list[str]) -> Message:
    kept: list[int] = []
    for place, part in enumerate(message.parts):
        problem = _problem(part, accepts)
        if problem:
            lost.append(f"{message.where(place)} ({problem})")
        else:
            kept.append(place)
    if len(kept) == len(message.parts):
        return message
    parts = tuple(message.parts[place] for place in kept)
    return structs.replace(message, parts=parts, paths=tuple(message.where(place) for place in kept))


def _problem(part: Part, accepts: Accepts) -> str:
    match part:
        case Thinking() if not part.signature or not may_go(part.issuer, accepts.proofs):
            return whose(part)
        case RedactedThinking() if not _is_base64(part.data) or not may_go(part.issuer, accepts.proofs):
            return whose(part)
        case _:
            return ""


def _is_base64(text: str) -> bool:
    """Here it is bytes, not text: what another API wrote need not be any."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False
