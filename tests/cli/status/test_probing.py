"""Listeners and providers, asked whether they answer."""

import ssl
import time
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate

import pytest
import trustme

from planoai.cli.status import probing
from planoai.cli.status.probing import doors, reached
from planoai.net.client import Client
from tests.support.ports import free_port
from tests.support.upstream import Hold, scripted, whole


async def test_a_listener_tells_how_it_is() -> None:
    async with scripted() as upstream:
        upstream.will(whole(b""), whole(b"", status=503))
        [door] = await doors([upstream.url])
    assert {door.healthz.status, door.readyz.status} == {200, 503}
    assert sorted(each.target for each in upstream.asked) == ["/healthz", "/readyz"]
    assert not door.good


async def test_a_listener_that_shows_a_certificate_nobody_knows_is_asked_all_the_same() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("elsewhere.example").configure_cert(context)
    async with scripted(context) as upstream:
        upstream.will(whole(b""))
        [door] = await doors([f"https://127.0.0.1:{upstream.port}"])
    assert door.good


async def test_who_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "_OWN_SECONDS", 0.05)
    async with scripted() as upstream:
        upstream.will([Hold()])
        nobody = f"http://127.0.0.1:{free_port()}"
        hung, gone = await doors([upstream.url, nobody])
    assert hung.healthz.problem == hung.readyz.problem == "no answer within 0.05 s"
    assert gone.healthz.problem == "cannot be reached: it refuses the connection"
    assert gone.healthz.status is None


async def test_whatever_a_provider_answers_it_is_there_and_hears_no_credential() -> None:
    date = formatdate(time.time() + 3600, usegmt=True)
    async with scripted() as upstream, Client() as client:
        upstream.will(whole(b"go away", status=403, headers={"date": date}))
        [place] = await reached(client, [upstream.url])
    assert (place.origin, place.answer.status) == (upstream.url, 403)
    assert place.ahead is not None
    assert 3500 < place.ahead < 3700
    assert {"authorization", "x-api-key", "api-key"}.isdisjoint(upstream.asked[0].headers)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Nov 2026 00:00:00 GMT", "\xff"])
async def test_a_provider_need_not_tell_the_time(date: str | None) -> None:
    async with scripted() as upstream, Client() as client:
        upstream.will(whole(b"", headers={} if date is None else {"date": date}))
        [place] = await reached(client, [upstream.url])
    assert place.answer.status == 200
    assert place.ahead is None


async def test_a_time_without_a_zone_is_universal() -> None:
    date = format_datetime(datetime.now(UTC)).replace("+0000", "-0000")
    async with scripted() as upstream, Client() as client:
        upstream.will(whole(b"", headers={"date": date}))
        [place] = await reached(client, [upstream.url])
    assert place.ahead is not None
    assert abs(place.ahead) < 60
