"""What the environment says about proxies."""

from base64 import b64decode

import msgspec
import pytest

from planoai.net.origin import Origin
from planoai.net.proxy import Proxies

SECRET = "p@ss:wörd%"
WRITTEN = "p%40ss%3Aw%C3%B6rd%25"


def proxied(no: str, url: str) -> bool:
    return Proxies(http="http://proxy:3128", https="http://proxy:3128", no=no).for_origin(Origin.parse(url)) is not None


def test_each_scheme_has_its_own_proxy_and_the_common_one_stands_in() -> None:
    proxies = Proxies.of({"HTTP_PROXY": "http://one:1", "https_proxy": "two:2/", "ALL_PROXY": "http://three"})
    plain, tls = proxies.for_origin(Origin("http", "up", 80)), proxies.for_origin(Origin("https", "up", 443))
    assert plain is not None
    assert tls is not None
    assert (plain.origin, plain.variable) == (Origin("http", "one", 1), "HTTP_PROXY")
    assert (tls.origin, tls.variable) == (Origin("http", "two", 2), "HTTPS_PROXY")

    for_all = Proxies.of({"all_proxy": "https://[::1]:8443", "HTTP_PROXY": ""}).for_origin(Origin("http", "up", 80))
    assert for_all is not None
    assert (for_all.origin, for_all.variable) == (Origin("https", "::1", 8443), "ALL_PROXY")
    assert Proxies.of({}).for_origin(Origin("https", "up", 443)) is None


def test_a_lower_case_name_goes_before_one_in_upper_case() -> None:
    environ = {"HTTPS_PROXY": "http://upper", "https_proxy": "http://lower", "NO_PROXY": "a", "no_proxy": "b"}
    assert Proxies.of(environ) == Proxies(https="http://lower", no="b")


@pytest.mark.parametrize(
    ("no", "url", "expected"),
    [
        ("*", "https://up.example", False),
        ("up.example", "https://up.example", False),
        ("UP.example", "https://api.Up.Example.", False),
        (".up.example", "https://api.up.example", False),
        (".up.example", "https://up.example", False),
        ("*.up.example", "https://api.up.example", False),
        ("up.example.", "https://up.example", False),
        ("up.example", "https://backup.example", True),
        ("up.example", "https://up.example.org", True),
        ("other, up.example", "http://up.example", False),
        ("other up.example", "http://up.example", False),
        ("up.example:8080", "http://up.example:8080", False),
        ("up.example:8080", "http://up.example", True),
        ("10.1.2.3", "http://10.1.2.3:99", False),
        ("10.1.2.3:99", "http://10.1.2.3:98", True),
        ("10.1.0.0/16", "http://10.1.2.3", False),
        ("10.1.0.0/16", "http://10.2.2.3", True),
        ("10.1.0.0/16", "http://[::ffff:10.1.2.3]", False),
        ("10.1.0.0/16", "http://[2001:db8::1]", True),
        ("2001:db8::/32", "http://[2001:db8::1]", False),
        ("[2001:db8::1]:80", "http://[2001:db8::1]", False),
        ("[2001:db8::1]:81", "http://[2001:db8::1]", True),
        ("2.3", "http://10.1.2.3", True),
        ("not/a/network", "http://10.1.2.3", True),
        (",.,*., :80, ,[", "http://up.example", True),
        ("", "http://localhost:11434", False),
        ("", "http://127.3.2.1", False),
        ("", "http://[::1]", False),
        ("", "http://[::ffff:127.0.0.1]", False),
        ("", "http://localhost.example", True),
        ("", "http://10.0.0.1", True),
    ],
)
def test_what_needs_no_proxy(no: str, url: str, expected: bool) -> None:
    assert proxied(no, url) is expected


def test_credentials_are_sent_as_they_were_meant() -> None:
    proxy = Proxies(https=f"http://us%20er:{WRITTEN}@proxy:3128").for_origin(Origin("https", "up", 443))
    assert proxy is not None
    name, scheme, value = proxy.credentials.split(b" ")
    assert (name, scheme, b64decode(value).decode()) == (b"proxy-authorization:", b"Basic", f"us er:{SECRET}")
    assert value.endswith(b"\r\n")
    assert proxy.origin == Origin("http", "proxy", 3128)

    without = Proxies(https="http://user@proxy").for_origin(Origin("https", "up", 443))
    assert without is not None
    assert b64decode(without.credentials.split(b" ")[2]) == b"user:"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (f"socks5://user:{WRITTEN}@proxy:1080", "HTTPS_PROXY names a proxy that speaks 'socks5'"),
        (f"http://user:{WRITTEN}@proxy:port", "HTTPS_PROXY is not the address of a proxy"),
        (f"http://user:{WRITTEN}@", "HTTPS_PROXY is not the address of a proxy"),
        (f"http://user:{WRITTEN}@[::1", "HTTPS_PROXY is not the address of a proxy"),
        (f"user:{WRITTEN}/x@proxy", "HTTPS_PROXY is not the address of a proxy"),
        ("://", "HTTPS_PROXY names a proxy that speaks ''"),
    ],
    ids=["socks", "no port", "no host", "half an address", "a slash in the password", "nothing"],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(address: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        Proxies.of({"HTTPS_PROXY": address})
    assert "word" not in str(caught.value).replace("user:password@host", "")
    assert "w%C3" not in str(caught.value)


def test_what_nothing_goes_through_may_be_anything() -> None:
    proxies = Proxies.of({"HTTP_PROXY": "one", "HTTPS_PROXY": "two", "ALL_PROXY": "socks5://three"})
    assert proxies.for_origin(Origin("https", "up", 443)) is not None
    with pytest.raises(ValueError, match="ALL_PROXY"):
        Proxies.of({"HTTP_PROXY": "one", "ALL_PROXY": "socks5://three"})


def test_a_password_is_in_no_repr_and_travels_all_the_same() -> None:
    proxies = Proxies.of({"HTTPS_PROXY": f"http://user:{WRITTEN}@proxy", "NO_PROXY": "up"})
    proxy = proxies.for_origin(Origin("https", "other", 443))
    assert proxy is not None
    for text in (repr(proxies), str(proxies), repr(proxy), str(proxy)):
        assert WRITTEN not in text
        assert proxy.credentials.decode() not in text
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(proxies), type=Proxies) == proxies
