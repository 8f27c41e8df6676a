"""`GET /v1/models`: what there is to choose from, in the shape of the API that asks."""

from collections.abc import Sequence

from msgspec.json import encode

from planoai.errors import BadRequest, UnknownModel
from planoai.routing.models import Models

_EPOCH = "1970-01-01T00:00:00Z"  # nobody tells us when a model came out; Anthropic's SDK wants a date


def openai_list(models: Models) -> bytes:
    return encode({"object": "list", "data": [_of_openai(models, name) for name in _names(models)]})


def anthropic_list(models: Models) -> bytes:
    names = _names(models)
    return encode(
        {
            "data": [_of_anthropic(name) for name in names],
            "has_more": False,
            "first_id": names[0] if names else None,
            "last_id": names[-1] if names else None,
        }
    )


def openai_model(models: Models, name: str) -> bytes:
    """Of every name that a request would be served by. Raises UnknownModel."""
    _served(models, name)
    return encode(_of_openai(models, name))


def anthropic_model(models: Models, name: str) -> bytes:
    """Of every name that a request would be served by. Raises UnknownModel."""
    _served(models, name)
    return encode(_of_anthropic(name))


def _names(models: Models) -> Sequence[str]:
    """Each once: what an alias hides is listed as the alias."""
    return [*(target.name for target in models.explicit if target.name not in models.aliases), *models.aliases]


def _of_openai(models: Models, name: str) -> dict[str, object]:
    entry: dict[str, object] = {"id": name, "object": "model", "created": 0}
    if name in models.aliases:
        return {**entry, "owned_by": "plano", "root": models.aliases[name]}
    return {**entry, "owned_by": models.plan(name).candidates[0].target.provider.display}


def _of_anthropic(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _EPOCH}


def _served(models: Models, name: str) -> None:
    try:
        models.plan(name)
    except BadRequest as refused:  # of a path it says that nothing is there
        raise UnknownModel(refused.message) from None
