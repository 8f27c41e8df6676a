"""`GET /v1/models`: what there is to choose from, in the shape of the API that asks."""

from msgspec.json import encode

from planoai.errors import UnknownModel
from planoai.routing.models import Models
from planoai.table import suggestion

_EPOCH = "1970-01-01T00:00:00Z"  # nobody tells us when a model came out; Anthropic's SDK wants a date


def openai_list(models: Models) -> bytes:
    return encode({"object": "list", "data": _openai_entries(models)})


def anthropic_list(models: Models) -> bytes:
    entries = _anthropic_entries(models)
    return encode(
        {
            "data": entries,
            "has_more": False,
            "first_id": entries[0]["id"] if entries else None,
            "last_id": entries[-1]["id"] if entries else None,
        }
    )


def openai_model(models: Models, name: str) -> bytes:
    """Raises UnknownModel."""
    return encode(_entry(_openai_entries(models), name))


def anthropic_model(models: Models, name: str) -> bytes:
    """Raises UnknownModel."""
    return encode(_entry(_anthropic_entries(models), name))


def _openai_entries(models: Models) -> list[dict[str, object]]:
    listed: list[dict[str, object]] = [
        {"id": target.name, "object": "model", "created": 0, "owned_by": target.provider.display}
        for target in models.explicit
    ]
    aliases = [
        {"id": alias, "object": "model", "created": 0, "owned_by": "plano", "root": target}
        for alias, target in models.aliases.items()
    ]
    return listed + aliases


def _anthropic_entries(models: Models) -> list[dict[str, object]]:
    return [
        {"type": "model", "id": name, "display_name": name, "created_at": _EPOCH}
        for name in [*(target.name for target in models.explicit), *models.aliases]
    ]


def _entry(entries: list[dict[str, object]], name: str) -> dict[str, object]:
    for entry in entries:
        if entry["id"] == name:
            return entry
    raise UnknownModel(f"model {name!r} is not configured{suggestion(name, [str(entry['id']) for entry in entries])}")
