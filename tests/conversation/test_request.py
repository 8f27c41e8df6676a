"""What a request and its messages know of the client's own body."""

from planoai.conversation.message import Message, Text
from planoai.conversation.request import Request


def test_a_part_is_named_by_its_place_in_the_clients_body() -> None:
    message = Message("user", (Text("a"), Text("b")), path="messages[3]", paths=("messages[3].content[1]",))

    assert message.where(0) == "messages[3].content[1]"
    assert message.where(1) == "messages[3]"
    assert Message("user", (Text("a"),)).where(0) == "a message of the gateway's own"


def test_a_field_is_named_as_the_clients_api_calls_it() -> None:
    request = Request("m", (), "anthropic_messages", paths={"stop": "stop_sequences", "tools[1]": "web_search_options"})

    assert [request.path(name) for name in ("stop", "tools[0]", "tools[1]")] == [
        "stop_sequences",
        "tools[0]",
        "web_search_options",
    ]
