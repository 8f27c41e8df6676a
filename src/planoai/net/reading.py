"""Bytes of a client -> requests. No I/O: it is fed, and tells its owner what came."""

import re
from typing import Protocol

import httptools

from planoai.errors import BadRequest, HeadTooLarge
from planoai.net.head import framing, reduced
from planoai.net.headers import Headers
from planoai.net.limits import Limits
from planoai.net.refusal import Refusal
from planoai.net.request import Request, Source


class Owner(Source, Protocol):
    """The connection; called from inside `RequestReader.feed`."""

    def request_arrived(self, request: Request) -> None:
        """Its head is complete."""

    def body_grows(self, request: Request) -> None:
        """More than was there before has come, and nobody waits for it."""

    def request_completed(self, request: Request) -> None:
        """Its body is complete too."""

    def request_refused(self, refusal: Refusal) -> None:
        """There will be no more requests: what came is none."""


class RequestReader:
    """The `on_...` methods are the interface of httptools.

    `deaf` means that what still comes is not looked at: the client said it was done, or what it sends is not HTTP.
    """

    __slots__ = (
        "_alone",
        "_behind",
        "_beside",
        "_earlier",
        "_fed",
        "_feeding",
        "_limits",
        "_owner",
        "_pairs",
        "_parser",
        "_peer",
        "_rtsp",
        "_since",
        "_target",
        "_upgrade",
        "deaf",
        "head_open",
        "incoming",
    )

    def __init__(self, owner: Owner, limits: Limits, peer: str) -> None:
        self._owner = owner
        self._limits = limits
        self._peer = peer
        self._parser = httptools.HttpRequestParser(self)
        self._fed = b""  # in the hands of the parser now
        self._alone = False  # no request has been seen in it
        self._rtsp: set[tuple[str, bytes]] | None = None  # start lines in what was fed, once they had to be looked for
        self._behind = False  # the head began in one feed with another request
        self._earlier = bytearray()  # what was fed before, when the head had begun
        self._target = b""
        self._pairs: list[tuple[bytes, bytes]] = []
        self._feeding = 0  # bytes in the hands of the parser now
        self._beside = 0  # bytes of the feed in which the head began, whatever came before it included
        # Bytes of later feeds, or since the last byte of a body: the parser keeps unfinished fields, also those of trailers.
        self._since = 0
        self._upgrade = False
        self.head_open = False
        self.incoming: Request | None = None  # its head is complete, its body is not
        self.deaf = False

    def close(self) -> None:
        """The parser holds our methods and we hold the parser; nothing else would part them before the garbage collector does."""
        self.deaf = True
        del self._parser

    def feed(self, data: bytes) -> None:
        if self.deaf:
            return
        self._feeding = len(data)
        self._since += self._feeding
        self._fed = data
        self._rtsp = None
        self._alone = not self.head_open and self.incoming is None
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay_with_http(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._give_up(error)
        if self._since > self._limits.head_bytes and (self.head_open or self.incoming is not None) and not self.deaf:
            self.refuse(Refusal.of(self._too_large()))
        self._fed = b""
        if self.head_open:
            self._earlier += data

    def refuse(self, refusal: Refusal) -> None:
        """What comes is no request, or not one that we take; nothing after it is looked at."""
        self.deaf = True
        self.head_open = False
        request = self.incoming
        if request is None:
            refusal.target = self._target
            self._owner.request_refused(refusal)
        else:  # its handler answers
            self.incoming = None
            request.fail(BadRequest(refusal.message))

    def on_message_begin(self) -> None:
        self._target = b""
        self._pairs = []
        self._earlier.clear()
        self._behind, self._alone = not self._alone, False
        self._since = 0
        self._beside = self._feeding
        self.head_open = True

    def on_url(self, part: bytes) -> None:
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called for trailers too, which nobody reads."""
        self._pairs.append((name.lower(), value.rstrip()))

    def on_headers_complete(self) -> None:
        parser = self._parser
        pairs = self._pairs
        if self._since + self._beside > self._limits.head_bytes:  # else it cannot be too large: no need to count
            size = len(self._target) + sum(len(name) + len(value) + 4 for name, value in pairs)
            if size > self._limits.head_bytes:
                raise Refusal.of(self._too_large())
        if len(pairs) > self._limits.head_fields:
            raise Refusal.of(HeadTooLarge(f"The request has more than {self._limits.head_fields} header fields."))
        version = parser.get_http_version()
        method = parser.get_method().decode("ascii")
        if self._behind or self._earlier or self._fed.find(b" HTTP/", 0, len(method) + len(self._target) + 7) < 0:
            self._look_for_rtsp(method)
        frame = framing(pairs, version)
        target = reduced(method, self._target)
        self._upgrade = parser.should_upgrade()
        request = Request(
            self._owner,
            method,
            target,
            Headers(pairs),
            peer=self._peer,
            version=version,
            keep_alive=parser.should_keep_alive() and not self._upgrade,
            expects_continue=frame.expects_continue,
            length=frame.length,
            limit=self._limits.body_bytes,
        )
        self.head_open = False
        self._since = 0
        self._pairs = []  # for trailers
        self._target = b""
        self.incoming = request
        self._owner.request_arrived(request)

    def on_body(self, chunk: bytes) -> None:
        self._since = 0
        request = self.incoming
        if request is not None:
            request.arrived(chunk)
            if not request.wanted:
                self._owner.body_grows(request)

    def on_message_complete(self) -> None:
        request = self.incoming
        if request is None or self._upgrade:
            return
        self.incoming = None
        self.deaf = not request.keep_alive
        request.finish()
        self._owner.request_completed(request)

    def _stay_with_http(self, rest: bytes) -> None:
        """We take up no `Upgrade` (RFC 9110, 7.8), and a request with one may have a body; llhttp stops before it and cannot be told to go on.

        So the body goes to a parser of its own, behind a head that frames it alike, and the connection closes after this request.
        """
        self._upgrade = False
        request = self.incoming
        if request is None:
            return
        size = b"transfer-encoding: chunked" if request.length is None else b"content-length: %d" % request.length
        self._parser = httptools.HttpRequestParser(_BodyReader(self))
        self.feed(b"POST / HTTP/1.1\r\nconnection: close\r\n%b\r\n\r\n%b" % (size, rest))

    def _look_for_rtsp(self, method: str) -> None:
        """llhttp takes it for HTTP where it has a method of that name, and does not tell. Raises Refusal.

        Where the head begins in what was fed is not known if it is behind another request: then the same start line with RTSP is one too many.
        """
        if not self._behind:
            line = rb"%b +%b +([A-Z]+)/" % (method.encode(), re.escape(self._target))
            found = re.search(line, bytes(self._earlier) + self._fed)
            rtsp = found is not None and found[1] == b"RTSP"
        else:
            if self._rtsp is None or self._earlier:  # once for all requests of a feed: there can be thousands
                self._rtsp = _rtsp_lines(bytes(self._earlier) + self._fed)
            rtsp = (method, self._target) in self._rtsp
        if rtsp:
            raise Refusal(505, "http_version_not_supported", "RTSP is not spoken here.")

    def _give_up(self, error: httptools.HttpParserError) -> None:
        if self.deaf:  # bytes after a request that was the last by its own word
            return
        cause = error.__context__
        if isinstance(cause, Refusal):
            self.refuse(cause)
        elif cause is not None:
            raise cause
        else:
            # llhttp names the rule that was broken and never quotes what broke it.
            self.refuse(Refusal.of(BadRequest(f"The request is not valid HTTP/1.1: {error}.")))

    def _too_large(self) -> HeadTooLarge:
        return HeadTooLarge(f"The head or the trailers of the request are larger than {self._limits.head_bytes} bytes.")


class _BodyReader:
    """Passes on the body of one message and lets its head go."""

    __slots__ = ("_reader",)

    def __init__(self, reader: RequestReader) -> None:
        self._reader = reader

    def on_body(self, chunk: bytes) -> None:
        self._reader.on_body(chunk)

    def on_message_complete(self) -> None:
        self._reader.on_message_complete()


def _rtsp_lines(text: bytes) -> set[tuple[str, bytes]]:
    """Method and target of all that look like start lines of RTSP, with a method that is served here."""
    if b" RTSP/" not in text:
        return set()
    words = text.split()
    return {
        (method, target)
        for first, target, version in zip(words, words[1:], words[2:], strict=False)
        if version.startswith(b"RTSP/")
        for method in ("GET", "POST", "OPTIONS")
        if first.endswith(method.encode())
    }
