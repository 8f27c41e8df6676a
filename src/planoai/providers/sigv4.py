"""AWS Signature Version 4: a request -> the headers that prove who sends it, without the secret in them.

The time comes in as an argument. What AWS says of it: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import re
from hashlib import sha256
from hmac import digest
from urllib.parse import quote

from msgspec import Struct

from planoai.providers.auth import Headers

_ALGORITHM = b"AWS4-HMAC-SHA256"
_WRITTEN_HERE = frozenset((b"authorization", b"x-amz-date", b"x-amz-security-token", b"host"))
_DIGEST = b"x-amz-content-sha256"  # where it is sent, AWS takes its word for the body

_REGION = re.compile(
    r"(?:^|\.)(?:bedrock-runtime(?:-fips)?|runtime\.bedrock)\.(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d+)\."
)


class AwsKeys(Struct, frozen=True):
    """`session_token` is there where the keys are lent for a while."""

    access_key_id: str
    secret_access_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"AwsKeys(access_key_id={self.access_key_id!r})"


def sign(
    keys: AwsKeys,
    *,
    method: str,
    host: str,
    target: str,
    headers: Headers,
    body: bytes,
    region: str,
    service: str,
    date: str,
) -> Headers:
    """`host` as it is sent, `target` is path and query as they are sent, `date` is in UTC and looks like `20261122T101112Z`.

    Of `headers`, names in lower case, those are signed that nothing on the way changes: `content-type` and `x-amz-*`. Headers that are given
    here, such as an older `x-amz-date`, must not be sent beside those of `headers`.
    """
    given = [(b"host", host.encode()), (b"x-amz-date", date.encode())]
    if keys.session_token:
        given.append((b"x-amz-security-token", keys.session_token.encode()))
    signed = _grouped((*given, *(pair for pair in headers if _is_signed(pair[0]))))
    names = b";".join(signed)
    path, _, query = target.partition("?")
    request = b"\n".join(
        (
            method.upper().encode(),
            quote(_straight(path), safe="/~").encode(),  # AWS quotes once more what was quoted to be sent
            "&".join("=".join(pair) for pair in _parameters(query)).encode(),
            *(name + b":" + value for name, value in signed.items()),
            b"",
            names,
            signed.get(_DIGEST) or sha256(body).hexdigest().encode(),
        )
    )
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    told = b"\n".join((_ALGORITHM, date.encode(), scope.encode(), sha256(request).hexdigest().encode()))
    signature = digest(_key(keys.secret_access_key, scope), told, "sha256").hex()
    credential = f"{keys.access_key_id}/{scope}".encode()
    authorization = b"%b Credential=%b, SignedHeaders=%b, Signature=%b" % (
        _ALGORITHM,
        credential,
        names,
        signature.encode(),
    )
    return (*given[1:], (b"authorization", authorization))


def region_of(host: str) -> str | None:
    """The region that a host of Bedrock's is in, one inside a network of its owner's as well; None where its name tells none."""
    found = _REGION.search(host.lower())
    return found["region"] if found else None


def _is_signed(name: bytes) -> bool:
    return name not in _WRITTEN_HERE and (name == b"content-type" or name.startswith(b"x-amz-"))


def _grouped(headers: Headers) -> dict[bytes, bytes]:
    """In the order of their names; values of one name together, white space in them as narrow as it gets."""
    grouped: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        grouped.setdefault(name, []).append(b" ".join(value.split()))
    return {name: b",".join(grouped[name]) for name in sorted(grouped)}


def _straight(path: str) -> str:
    """The path without `.`, `..` and empty steps."""
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in ("", "."):
            steps.append(step)
    ending = "/" if steps and path.endswith("/") else ""
    return "/" + "/".join(steps) + ending


def _parameters(query: str) -> list[tuple[str, str]]:
    pairs = (each.partition("=") for each in query.split("&"))
    return sorted((name, value) for name, _, value in pairs) if query else []


def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for each in scope.split("/"):
        key = digest(key, each.encode(), "sha256")
    return key
