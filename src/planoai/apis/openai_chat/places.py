"""Where the messages of a request stood in the client's own body, so that what is lost can be named by its path."""

from collections.abc import Iterator

from msgspec import Struct

from planoai.conversation.request import Request


class Place(Struct, frozen=True):
    """The parts of a message were `content[offset]` and on."""

    content: str
    offset: int = 0

    def part(self, index: int) -> str:
        return f"{self.content}[{self.offset + index}]"


def places(request: Request) -> Iterator[Place]:
    """One for each message. Messages keeps system text at the top, and tool results among what the user said."""
    if request.dialect != "anthropic_messages":
        yield from (Place(f"messages[{index}].content") for index in range(len(request.messages)))
        return
    index = -1
    system = 0
    results = 0  # of the message before, if it held only those
    for message in request.messages:
        if message.role == "system" and index < 0:
            yield Place("system", system)
            system += len(message.parts)
            continue
        joins = message.role == "user" and results > 0
        index += 0 if joins else 1
        yield Place(f"messages[{index}].content", results if joins else 0)
        results = len(message.parts) if message.role == "tool" else 0
