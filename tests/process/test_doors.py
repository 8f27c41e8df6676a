"""The listening sockets from one config to the next."""

import socket

import pytest

from planoai.errors import ConfigError
from planoai.net.server import listen
from planoai.process.doors import Doors, url_host
from tests.support.ports import free_port


def place() -> tuple[str, int]:
    return "127.0.0.1", free_port()


def accepts(where: tuple[str, int]) -> bool:
    with socket.socket() as client:
        return client.connect_ex(where) == 0


def test_a_place_that_stays_keeps_its_socket() -> None:
    doors, stays, goes, comes = Doors(), place(), place(), place()
    first = doors.take([stays, goes])
    second = doors.take([comes, stays])
    assert second[1] is first[0]
    assert all(map(accepts, (stays, goes, comes)))
    doors.keep([comes, stays])
    assert not accepts(goes)
    assert accepts(stays)
    doors.keep([])
    assert not any(map(accepts, (stays, goes, comes)))


def test_all_that_can_not_be_had_is_told_and_nothing_is_opened() -> None:
    doors, free = Doors(), place()
    with listen("127.0.0.1", 0) as taken, listen("127.0.0.1", 0) as other:
        busy = [("127.0.0.1", each.getsockname()[1]) for each in (taken, other)]
        with pytest.raises(ConfigError) as refused:
            doors.take([busy[0], free, busy[1]])
    assert refused.value.problems == [
        f"listeners[{number}]: {url_host(where)} can not be bound: address already in use"
        for number, where in ((0, busy[0]), (2, busy[1]))
    ]
    assert not accepts(free)


def test_our_own_socket_in_the_way_is_named() -> None:
    doors, (_, port) = Doors(), place()
    doors.take([("127.0.0.1", port)])
    with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port} is open and keeps 0\.0\.0\.0:{port} from being bound"):
        doors.take([("0.0.0.0", port)])
    doors.keep([])


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    assert url_host(("::1", 1)) == "[::1]:1"
    assert url_host(("localhost", 1)) == "localhost:1"
