"""`GET /v1/models`: what there is to choose from, in the shape of the API that asks."""

from collections.abc import Sequence

from msgspec.json import encode

from planoai.errors import BadRequest, UnknownModel
from planoai.routing.models import Models
from planoai.routing.target import Target

_EPOCH = "1970-01-01T00:00:00Z"  # nobody tells us when a model came out; Anthropic's SDK wants a date


def openai_list(models: Models) -> bytes:
    entries = [
        _of_openai(each.name, each.provider.display) for each in models.listed if each.name not in models.aliases
    ]
    return encode({"object": "list", "data": entries + [_of_alias(models, alias) for alias in models.aliases]})


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
    target = _served(models, name)
    return encode(_of_alias(models, name) if name in models.aliases else _of_openai(name, target.provider.display))


def anthropic_model(models: Models, name: str) -> bytes:
    """Of every name that a request would be served by. Raises UnknownModel."""
    _served(models, name)
    return encode(_of_anthropic(name))


def _names(models: Models) -> Sequence[str]:
    """Each once: what an alias hides is listed as the alias."""
    return [*(target.name for target in models.listed if target.name not in models.aliases), *models.aliases]


def _of_openai(name: str, owner: str) -> dict[str, object]:
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


def _of_alias(models: Models, alias: str) -> dict[str, object]:
    return {**_of_openai(alias, "plano"), "root": models.aliases[alias]}


def _of_anthropic(name: str) -> dict[str, object]:
    return {"type": "model", "id": name, "display_name": name, "created_at": _EPOCH}


def _served(models: Models, name: str) -> Target:
    try:
        return models.plan(name).candidates[0].target
    except BadRequest as refused:  # of a path it says that nothing is there
        raise UnknownModel(refused.message) from None
