import pytest

from planoai.net.origin import Origin


@pytest.mark.parametrize(
    ("url", "origin", "authority"),
    [
        ("http://example.com", Origin("http", "example.com", 80), "example.com"),
        ("https://Example.COM/v1?x=y", Origin("https", "example.com", 443), "example.com"),
        ("https://example.com:443/", Origin("https", "example.com", 443), "example.com"),
        ("http://example.com:443", Origin("http", "example.com", 443), "example.com:443"),
        ("http://[::1]:8080/", Origin("http", "::1", 8080), "[::1]:8080"),
        ("https://[2001:DB8::1]", Origin("https", "2001:db8::1", 443), "[2001:db8::1]"),
        ("HTTP://127.0.0.1:12000", Origin("http", "127.0.0.1", 12000), "127.0.0.1:12000"),
        ("http://bücher.example", Origin("http", "xn--bcher-kva.example", 80), "xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_read_from_a_url(url: str, origin: Origin, authority: str) -> None:
    assert Origin.parse(url) == origin
    assert origin.authority == authority
    assert Origin.parse(str(origin)) == origin


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "http://",
        "http://user:pw@example.com",
        "http://x:notaport",
        "http://x:70000",
        "http://[::1",
    ],
)
def test_what_is_no_http_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError):
        Origin.parse(url)
