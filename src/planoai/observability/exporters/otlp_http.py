"""OTLP over HTTP, in its binary form."""

from planoai.observability.exporters.endpoint import Endpoint
from planoai.observability.exporters.exporter import Refused, Taken, Unavailable, Unknown
from planoai.observability.exporters.otlp_answers import read, said, secrets_of, status
from planoai.observability.exporters.posting import Answer, Poster

_PROTOBUF = b"application/x-protobuf"
_COMES_BACK = frozenset((429, 502, 503, 504))  # https://opentelemetry.io/docs/specs/otlp/#failures-1
_NOT_THERE = frozenset((404, 405))


class OverHttp:
    """A Destination."""

    def __init__(self, endpoint: Endpoint, signal: str, poster: Poster) -> None:
        self.where = str(endpoint.origin)
        self._poster = poster
        self._signal = signal
        self._target = endpoint.traces if signal == "traces" else endpoint.metrics or ""
        own = ((b"content-type", _PROTOBUF), (b"user-agent", b"planoai"))
        self._headers = (*own, *((name.encode(), value.encode()) for name, value in endpoint.headers))
        self._secrets = secrets_of(endpoint.headers)

    def reach(self, seconds: float) -> None:
        """The first request shows it."""

    def deliver(self, data: bytes, seconds: float) -> Taken:
        answer = self._poster.post(self._target, self._headers, data, seconds)
        if 200 <= answer.status < 300:
            return read(self._signal, answer.body, self._secrets) if answer.content.startswith(_PROTOBUF) else Taken()
        reason = f"status {answer.status}: {said(_words(answer), self._secrets)}".removesuffix(": ")
        if answer.status in _COMES_BACK:
            raise Unavailable(reason, answer.after)
        raise (Unknown if answer.status in _NOT_THERE else Refused)(reason)

    def interrupt(self) -> None:
        self._poster.interrupt()

    def close(self) -> None:
        self._poster.close()


def _words(answer: Answer) -> str:
    if answer.content.startswith(_PROTOBUF):
        found = status(answer.body)
        return "" if found is None else found.message
    return answer.body.decode("utf-8", "replace")
