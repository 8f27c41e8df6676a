"""Requests signed for AWS: as AWS's own library signs them, and as AWS itself has published it."""

from datetime import datetime
from unittest.mock import patch

import pytest
from botocore import auth as aws
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from planoai.providers.auth import Headers
from planoai.providers.sigv4 import AwsKeys, region_of, sign

pytestmark = pytest.mark.no_cover

EXAMPLE = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
PRINTABLE = "".join(map(chr, range(33, 127)))

steps = st.one_of(
    st.sampled_from(
        ("model", "us.amazon.nova-pro-v1:0", "anthropic.claude%3A0", "arn%3Aaws%2Fx", "..", ".", "", "a b")
    ),
    st.text("abcAZ09-_.~:%/@$'()*+,;=é語 ", max_size=12),
)
paths = st.lists(steps, max_size=5).map(lambda found: "/" + "/".join(found))
words = st.text("abcXYZ019-_.~%", max_size=8)
queries = st.lists(st.tuples(words, words), max_size=4).map(lambda pairs: "&".join(map("=".join, pairs)))
values = st.text(PRINTABLE + "  ", max_size=30)
names = st.sampled_from(("content-type", "x-amz-target", "x-amz-meta", "x-request-id", "accept-encoding", "user-agent"))
hosts = st.sampled_from(("bedrock-runtime.us-east-1.amazonaws.com", "127.0.0.1:9000", "[::1]:80", "example.com"))
keys = st.builds(
    AwsKeys, st.text("ABC123", min_size=1), st.text(PRINTABLE, min_size=1), st.one_of(st.just(""), st.text(PRINTABLE))
)


def by_aws(given: AwsKeys, host: str, target: str, headers: Headers, body: bytes, when: datetime) -> dict[str, str]:
    """What botocore adds, when it is shown only the headers that are to be signed."""
    request = AWSRequest("POST", f"https://{host}{target}", data=body)
    for name, value in ((b"host", host.encode()), *headers):
        if name in (b"host", b"content-type") or name.startswith(b"x-amz-"):
            request.headers.add_header(name.decode(), value.decode())
    credentials = Credentials(given.access_key_id, given.secret_access_key, given.session_token)
    with patch.object(aws, "get_current_datetime", lambda: when):  # the clock of botocore's
        aws.SigV4Auth(credentials, "bedrock", "eu-west-3").add_auth(request)
    wanted = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
    return {name.lower(): request.headers[name] for name in wanted if name in request.headers}


@given(
    keys,
    hosts,
    paths,
    queries,
    st.lists(st.tuples(names, values), max_size=5),
    st.binary(max_size=200),
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  # hypothesis wants it so
)
def test_a_request_is_signed_as_botocore_signs_it(
    keys: AwsKeys, host: str, path: str, query: str, told: list[tuple[str, str]], body: bytes, when: datetime
) -> None:
    target = f"{path}?{query}" if query else path
    headers = tuple((name.encode(), value.encode()) for name, value in told)
    date = when.strftime("%Y%m%dT%H%M%SZ")

    signed = sign(
        keys,
        method="POST",
        host=host,
        target=target,
        headers=headers,
        body=body,
        region="eu-west-3",
        service="bedrock",
        date=date,
    )

    expected = by_aws(keys, host, target, headers, body, when)
    assert {name.decode(): value.decode() for name, value in signed} == expected


def test_the_examples_that_aws_has_published_come_out_as_published() -> None:
    """Of its guide to IAM, and of its suite of tests for signers."""
    content_type = ((b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),)
    cases: tuple[tuple[str, str, Headers, str, str], ...] = (
        (
            "iam.amazonaws.com",
            "/?Action=ListUsers&Version=2010-05-08",
            content_type,
            "iam",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
        (
            "example.amazonaws.com",
            "/",
            (),
            "service",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
    )
    for host, target, headers, service, expected in cases:
        signed = sign(
            EXAMPLE,
            method="GET",
            host=host,
            target=target,
            headers=headers,
            body=b"",
            region="us-east-1",
            service=service,
            date="20150830T123600Z",
        )
        assert dict(signed)[b"authorization"].endswith(b"Signature=" + expected.encode())


def example(headers: Headers = (), body: bytes = b"{}", target: str = "/model/m%3A0/converse") -> dict[bytes, bytes]:
    return dict(
        sign(
            EXAMPLE,
            method="POST",
            host="bedrock-runtime.us-east-1.amazonaws.com",
            target=target,
            headers=headers,
            body=body,
            region="us-east-1",
            service="bedrock",
            date="20261122T101112Z",
        )
    )


def test_what_may_change_on_the_way_is_not_signed() -> None:
    plain = example()
    for name in (b"x-request-id", b"accept-encoding", b"user-agent", b"authorization", b"x-amz-date"):
        assert example(((name, b"something"),)) == plain


@pytest.mark.parametrize(
    "other",
    [
        example(((b"content-type", b"application/json"),)),
        example(((b"x-amzn-bedrock-trace", b"ENABLED"), (b"x-amz-checksum", b"1"))),
        example(body=b"[]"),
        example(target="/model/m:0/converse"),
    ],
)
def test_what_is_sent_decides_the_signature(other: dict[bytes, bytes]) -> None:
    assert other[b"authorization"] != example()[b"authorization"]


def test_a_session_token_is_sent_and_signed() -> None:
    lent = dict(
        sign(
            AwsKeys("AKIDEXAMPLE", "secret", "of/a+session=="),
            method="POST",
            host="h",
            target="/",
            headers=(),
            body=b"",
            region="r",
            service="bedrock",
            date="20261122T101112Z",
        )
    )
    assert lent[b"x-amz-security-token"] == b"of/a+session=="
    assert b"SignedHeaders=host;x-amz-date;x-amz-security-token," in lent[b"authorization"]


def test_keys_do_not_show_their_secrets() -> None:
    shown = repr(AwsKeys("AKIDEXAMPLE", "hidden-secret", "hidden-token")) + str([EXAMPLE])
    assert "AKIDEXAMPLE" in shown
    assert "hidden" not in shown
    assert EXAMPLE.secret_access_key not in shown


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("bedrock-runtime.us-east-1.amazonaws.com", "us-east-1"),
        ("Bedrock-Runtime.EU-West-3.amazonaws.com", "eu-west-3"),
        ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("bedrock-runtime.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ("bedrock-runtime.us-west-2.api.aws", "us-west-2"),
        ("vpce-0ab12-xyz.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2"),
        ("runtime.bedrock.us-east-1.amazonaws.com", "us-east-1"),
        ("127.0.0.1", None),
        ("gateway.example.com", None),
        ("mybedrock-runtime.us-east-1.amazonaws.com", None),
        ("s3.us-east-1.amazonaws.com", None),
    ],
)
def test_a_host_of_bedrock_tells_its_region(host: str, region: str | None) -> None:
    assert region_of(host) == region
