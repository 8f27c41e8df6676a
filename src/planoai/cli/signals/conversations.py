"""A conversation out of what a file holds: a request body, a line of a data set, a row of a table, or the list of messages alone. Pure."""

import msgspec
from msgspec import Struct

from planoai.signals import Api

# Where the messages of a conversation stand.
KEYS = ("messages", "conversations", "input")
NAMELESS = "(none)"

_MESSAGE = ("role", "from")
_EXACT = 2.0**53  # whole numbers from here on are not all there


class Item(Struct, frozen=True):
    """What may be a conversation: JSON as it stands, or a row by its columns. `place` says where it was found."""

    place: str
    content: bytes | dict[str, object]


class Conversation(Struct, frozen=True):
    """`name`: its id, else its place in the file. `value`: of the key that conversations are told apart by."""

    name: str
    messages: object
    api: Api
    value: str


def conversation(item: Item, api: Api, by: str | None) -> Conversation:
    """Raises ValueError, which says why it is none."""
    match decoded(item.content) if isinstance(item.content, bytes) else item.content:
        case dict() as content:
            return _of_object(content, item.place, api, by)
        case list() as messages:
            return Conversation(item.place, messages, api, NAMELESS)
        case _:
            raise ValueError("it is neither an object nor a list of messages")


def _of_object(content: dict[str, object], place: str, api: Api, by: str | None) -> Conversation:
    key = next((each for each in KEYS if content.get(each) is not None), None)
    if key is None:
        raise ValueError(f"it has none of {', '.join(map(repr, KEYS))}")
    name, value = content.get("id"), content.get(by or "")
    return Conversation(
        name=place if name is None else shown(name),
        messages=_listed(content[key]),
        api="openai_responses" if key == "input" and api == "auto" else api,
        value=NAMELESS if value is None else shown(value),
    )


def decoded(text: bytes) -> object:
    """Raises ValueError."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def is_json(text: bytes) -> bool:
    try:
        decoded(text)
    except ValueError:
        return False
    return True


def is_message(element: bytes) -> bool:
    """Whether it is a message, so that the array it stands in is a conversation; not one of many conversations."""
    try:
        found = decoded(element)
    except ValueError:
        return False
    if not isinstance(found, dict) or any(key in found for key in KEYS):
        return False
    return any(key in found for key in (*_MESSAGE, "type"))


def shown(value: object) -> str:
    """A text as it is, a number without a needless fraction, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return msgspec.json.encode(value).decode()


def _listed(messages: object) -> object:
    """A column of a table may hold the JSON of a list."""
    is_array = isinstance(messages, str) and messages.lstrip().startswith("[")
    return decoded(str(messages).encode()) if is_array else messages
