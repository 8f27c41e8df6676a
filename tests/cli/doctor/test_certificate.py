"""How long certificates are valid."""

from datetime import UTC, datetime

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from planoai.cli.doctor.certificate import valid_until

AUTHORITY = trustme.CA()


def issued(end: datetime) -> str:
    return AUTHORITY.issue_cert("gateway.example", not_after=end).cert_chain_pems[0].bytes().decode()


@pytest.mark.parametrize("year", [2001, 2026, 2049, 2050, 2199])  # from 2050 on it is written in another way
def test_the_end_is_the_one_that_the_certificate_tells(year: int) -> None:
    end = datetime(year, 11, 9, 4, 5, 6, tzinfo=UTC)
    assert valid_until(issued(end)) == end.timestamp()


def test_of_several_the_first_that_ends_counts_whatever_stands_between_them() -> None:
    ends = [datetime(year, 1, 2, tzinfo=UTC) for year in (2031, 2029, 2030)]
    text = "# ours\n".join(map(issued, ends))
    assert valid_until(text) == ends[1].timestamp()


@given(st.text(), st.binary(max_size=60))
def test_what_is_no_certificate_tells_nothing(text: str, data: bytes) -> None:
    assert valid_until(text) is None
    pem = f"-----BEGIN CERTIFICATE-----\n{data.hex()}\n-----END CERTIFICATE-----"
    assert valid_until(pem) is None


@given(st.data())
def test_one_that_is_cut_off_tells_nothing(data: st.DataObject) -> None:
    lines = issued(datetime(2031, 1, 1, tzinfo=UTC)).splitlines()
    kept = data.draw(st.integers(0, len(lines) - 3))
    assert valid_until("\n".join([lines[0], *lines[1 : kept + 1], lines[-1]])) is None
