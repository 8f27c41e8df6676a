import pytest

from planoai.net import wire
from planoai.net.headers import Headers
from planoai.net.wire import header_lines, request_line, status_line


def test_each_pair_becomes_a_line() -> None:
    assert header_lines([(b"a", b"1"), (b"b", b"")]) == b"a: 1\r\nb: \r\n"


@pytest.mark.parametrize("value", [b"x\r\ny: z", b"x\ny", b"x\ry", b"x\0y", b"\r\n", b"x\r\n"])
def test_a_value_with_a_line_break_or_nul_is_refused_without_being_quoted(value: bytes) -> None:
    with pytest.raises(ValueError, match="x-field") as caught:
        header_lines([(b"fine", b"1"), (b"x-field", b"secret" + value)])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", [b"x\r\ny", b"x\n", b"x\0"])
def test_a_name_with_a_line_break_or_nul_is_refused(name: bytes) -> None:
    with pytest.raises(ValueError):
        header_lines([(name, b"1")])


@pytest.mark.parametrize("name", [b"content-length", b"transfer-encoding", b"connection", b"date"])
def test_fields_that_frame_the_message_are_refused(name: bytes) -> None:
    with pytest.raises(ValueError, match="not the caller's"):
        header_lines([(name, b"1")])


def test_a_status_without_a_registered_phrase_is_written_all_the_same() -> None:
    assert status_line(529) == b"HTTP/1.1 529 \r\n"
    assert status_line(404) == b"HTTP/1.1 404 Not Found\r\n"


@pytest.mark.parametrize("status", [0, 99, 100, 101, 199, 1000])
def test_what_is_no_final_status_is_refused(status: int) -> None:
    with pytest.raises(ValueError):
        status_line(status)


@pytest.mark.parametrize(
    ("method", "target"),
    [("GE T", "/"), ("", "/"), ("G\r\nT", "/"), ("GET", "/a b"), ("GET", "/a\r\nb"), ("GET", ""), ("GET", "/é")],
)
def test_a_request_line_that_would_not_be_one_line_of_three_words_is_refused(method: str, target: str) -> None:
    with pytest.raises(ValueError):
        request_line(method, target)


def test_headers_keep_order_and_repeats() -> None:
    headers = Headers([(b"a", b"1"), (b"b", b"2"), (b"a", b"3")])
    assert headers.get(b"a") == b"1"
    assert headers.get(b"c") is None
    assert headers.all(b"a") == [b"1", b"3"]
    assert list(headers) == [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]
    assert len(headers) == 3


def test_the_repr_of_headers_shows_no_values() -> None:
    assert "sk-secret" not in repr(Headers([(b"authorization", b"sk-secret")]))


@pytest.mark.parametrize(("length", "kept"), [(256, 1), (257, 0)], ids=["short", "long"])
def test_only_short_targets_are_kept_in_mind(length: int, kept: int) -> None:
    target = "/" + "k" * (length - 1)
    wire._known.cache_clear()
    assert request_line("KEEP", target) == b"KEEP %b HTTP/1.1\r\n" % target.encode()
    assert wire._known.cache_info().currsize == kept
