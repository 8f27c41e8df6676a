"""One model call, as the client made it."""

from functools import cached_property
from time import perf_counter

from planoai.apis.dialect import ClientSide, Dialect
from planoai.apis.fields import read_fields, without_ours
from planoai.conversation.request import Request
from planoai.net.headers import Headers


class Call:
    """The client's request, checked as far as every request is. `conversation` is read only when somebody needs it."""

    def __init__(
        self, body: bytes, headers: Headers, query: str, dialect: Dialect, client: ClientSide, request_id: str
    ) -> None:
        self.received = perf_counter()
        self.body = body
        self.fields = without_ours(read_fields(body))
        self.head = client.inspect(self.fields)
        self.size = len(body)
        self.headers = headers
        self.query = query
        self.dialect = dialect
        self.client = client
        self.request_id = request_id

    def forget(self) -> None:
        """Nobody will be asked any more: a stream may last for long, and what it was asked for may be large."""
        self.body = b""
        self.fields = {}
        self.__dict__.pop("conversation", None)

    @cached_property
    def conversation(self) -> Request:
        """Raises BadRequest."""
        return self.client.read_request(self.fields)
