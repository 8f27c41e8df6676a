"""Which path speaks which API."""

import re
from urllib.parse import unquote

from msgspec.structs import replace

from planoai.simulate import chat, converse, messages, responses
from planoai.simulate.completions import COMPLETIONS
from planoai.simulate.dialect import Dialect
from planoai.simulate.embeddings import EMBEDDINGS
from planoai.simulate.problem import Problem
from planoai.simulate.reading import chat as reading_chat
from planoai.simulate.reading import converse as reading_converse
from planoai.simulate.reading import messages as reading_messages
from planoai.simulate.reading import responses as reading_responses

CHAT = Dialect(
    read=reading_chat.read,
    new_id=chat.new_id,
    whole=chat.whole,
    stream=chat.stream,
    terminator=chat.terminator,
    broken=chat.broken,
    headers=chat.headers,
    refuse=chat.refuse,
)
MESSAGES = Dialect(
    read=reading_messages.read,
    new_id=messages.new_id,
    whole=messages.whole,
    stream=messages.stream,
    terminator=messages.terminator,
    broken=messages.broken,
    headers=messages.headers,
    refuse=messages.refuse,
)
RESPONSES = Dialect(
    read=reading_responses.read,
    new_id=responses.new_id,
    whole=responses.whole,
    stream=responses.stream,
    terminator=responses.terminator,
    broken=responses.broken,
    headers=responses.headers,
    refuse=responses.refuse,
    conversation=responses.conversation,
)
CONVERSE = Dialect(
    read=reading_converse.read,
    new_id=converse.new_id,
    whole=converse.whole,
    stream=converse.stream,
    terminator=converse.terminator,
    broken=converse.broken,
    headers=converse.headers,
    refuse=converse.refuse,
    unauthorized=Problem(403, "The security token included in the request is invalid.", "UnrecognizedClientException"),
)
COUNT_TOKENS = replace(MESSAGES, read=reading_messages.read_count, whole=messages.count)
CONVERSE_STREAM = replace(CONVERSE, read=reading_converse.read_stream)

# The first that matches the path wins; any prefix will do, as every vendor has its own.
_POST: tuple[tuple[re.Pattern[str], Dialect], ...] = tuple(
    (re.compile(pattern), dialect)
    for pattern, dialect in (
        (r".*/deployments/(?P<model>[^/]+)/chat/completions", CHAT),
        (r".*/chat/completions", CHAT),
        (r".*/deployments/(?P<model>[^/]+)/completions", COMPLETIONS),
        (r".*/completions", COMPLETIONS),
        (r".*/deployments/(?P<model>[^/]+)/embeddings", EMBEDDINGS),
        (r".*/embeddings", EMBEDDINGS),
        (r".*/messages/count_tokens", COUNT_TOKENS),
        (r".*/messages", MESSAGES),
        (r".*/responses", RESPONSES),
        (r".*/model/(?P<model>[^/]+)/converse", CONVERSE),
        (r".*/model/(?P<model>[^/]+)/converse-stream", CONVERSE_STREAM),
    )
)
_MODELS = re.compile(r".*/models(?:/(?P<model>[^/]+))?")


def spoken_at(path: str) -> tuple[Dialect, str] | None:
    """The API at `path`, and the model that the path names, if it does."""
    for pattern, dialect in _POST:
        if match := pattern.fullmatch(path):
            return dialect, unquote(match.groupdict().get("model", ""))
    return None


def model_at(path: str) -> str | None:
    """`path` is the list of models: empty text; or one of them: its name. Else None."""
    match = _MODELS.fullmatch(path)
    return unquote(match["model"] or "") if match else None


def likely(path: str, headers: dict[str, str]) -> Dialect:
    """Whose words to use for an error where no API is."""
    if "anthropic-version" in headers:
        return MESSAGES
    return CONVERSE if path.startswith("/model/") else CHAT
