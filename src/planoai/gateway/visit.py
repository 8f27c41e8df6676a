"""One request of a client on its way through the gateway, whatever it asks for."""

from planoai.net.headers import Headers
from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.observability.feed import Recording
from planoai.observability.record import Outcome


class Visit:
    """`id` is the request's, the client's own where it sent a usable one. `headers` are the request's without a credential that was meant for us.

    `outcome` and `streamed` are what the record will say, `error` and `told` of an error of ours; whoever knows better sets them.
    """

    __slots__ = ("error", "headers", "id", "outcome", "recording", "reply", "request", "streamed", "told")

    def __init__(self, request: Request, reply: Reply, request_id: str, recording: Recording) -> None:
        self.request = request
        self.reply = reply
        self.id = request_id
        self.headers: Headers = request.headers
        self.recording = recording
        self.outcome: Outcome = "completed"
        self.streamed = False
        self.error = ""
        self.told = ""

    def close(self) -> None:
        """Ships the record; exactly once."""
        recording, reply = self.recording, self.reply
        first = reply.started_at - recording.began if reply.started else 0.0
        recording.close(
            reply.status,
            self.outcome,
            self.request.received,
            reply.sent,
            first,
            streamed=self.streamed,
            error=self.error,
            told=self.told,
        )
