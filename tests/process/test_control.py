"""The channel between the supervisor and its children, on both kinds of loop."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.msgpack import Decoder, encode

from planoai.config.load import load
from planoai.net.proxy import Proxies
from planoai.process.control import MOST_DESCRIPTORS, Channel, of_supervisor, of_worker
from planoai.process.orders import Chain, Drain, Failed, FeedFollows, FromChild, Ready, ToWorker, Waiting, WorkerOrders

CONFIG = """
version: v0.4.0
listeners:
  - {type: model, name: a, port: 12001}
model_providers:
  - {model: openai/gpt-4o, access_key: $KEY, default: true, headers: {x-team: blue}, timeouts: {connect: 1s}}
  - {model: anthropic/*, access_key: sk-2}
model_aliases:
  fast: {target: openai/gpt-4o}
"""
LOOPS = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
Loop = Callable[[], asyncio.AbstractEventLoop]


def ends() -> tuple[Channel[FromChild], Channel[ToWorker]]:
    """The supervisor's and the child's."""
    ours, theirs = socket.socketpair()
    return of_supervisor(ours), of_worker(theirs.detach())


def runs(loop: Loop, scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await scene()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(bounded())


@LOOPS
def test_a_config_arrives_as_it_was_sent_with_the_sockets_of_its_listeners(loop: Loop) -> None:
    config = load(CONFIG, {"KEY": "sk-1"}).config
    chain = Chain(b"certificate", b"key")
    orders = WorkerOrders(
        config=config, level="info", chains=(None, chain), place=1, proxies=Proxies(https="http://u:p@h:1")
    )

    async def scene() -> None:
        supervisor, worker = ends()
        with supervisor, worker, socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            second.bind(("127.0.0.1", 0))
            addresses = [first.getsockname(), second.getsockname()]
            supervisor.send(orders, [first.fileno(), second.fileno()])
            received = await worker.receive()
            assert received is not None
            assert received.message == orders
            assert not any(map(os.get_inheritable, received.descriptors))
            doors = [socket.socket(fileno=each) for each in received.descriptors]
            assert [door.getsockname() for door in doors] == addresses
            for door in doors:
                door.close()

    runs(loop, scene)


@LOOPS
def test_messages_and_descriptors_keep_their_order_however_much_waits(loop: Loop) -> None:
    """More than the socket takes at once, so that messages are cut and descriptors wait."""
    long = load(CONFIG.replace("blue", "b" * 400_000), {"KEY": "k"}).config

    async def scene() -> None:
        supervisor, worker = ends()
        with supervisor, worker:
            for number in range(8):
                supervisor.send(WorkerOrders(config=long, level="info", chains=(None,), place=number))
                reading, writing = os.pipe()
                os.write(writing, bytes([number]))
                supervisor.send(FeedFollows(), [reading])
                os.close(reading)
                os.close(writing)
            for number in range(8):
                orders, feed = await worker.receive(), await worker.receive()
                assert orders is not None
                assert feed is not None
                assert isinstance(orders.message, WorkerOrders)
                assert (orders.message.place, orders.descriptors) == (number, [])
                [end] = feed.descriptors
                assert os.read(end, 9) == bytes([number])
                os.close(end)

    runs(loop, scene)


@LOOPS
def test_the_end_of_the_other_side_comes_after_what_it_said(loop: Loop) -> None:
    async def scene() -> None:
        supervisor, worker = ends()
        with supervisor:
            worker.send(Waiting(3))
            worker.send(Failed(("listeners[0]: no",)))
            worker.close()
            for expected in (Waiting(3), Failed(("listeners[0]: no",))):
                received = await supervisor.receive()
                assert received is not None
                assert received.message == expected
            assert await supervisor.receive() is None
            assert await supervisor.receive() is None
            supervisor.send(Drain(stopping=True))  # nobody hears it
            worker.send(Ready())  # closed by ourselves

    runs(loop, scene)


@LOOPS
def test_one_that_waits_learns_of_the_end(loop: Loop) -> None:
    async def scene() -> None:
        supervisor, worker = ends()
        with supervisor:
            asyncio.get_running_loop().call_soon(worker.close)
            assert await supervisor.receive() is None

    runs(loop, scene)


async def test_descriptors_that_nobody_took_are_closed() -> None:
    before = open_descriptors()
    supervisor, worker = ends()
    with supervisor, worker, socket.socket() as door:
        supervisor.send(FeedFollows(), [door.fileno()] * 5)
        supervisor.send(Drain(stopping=False))
        received = await worker.receive()
        assert received is not None
        for each in received.descriptors:
            os.close(each)
        supervisor.send(FeedFollows(), [door.fileno()] * 5)
        supervisor.send(Drain(stopping=True))
        await worker.receive()
    assert open_descriptors() == before


async def test_a_message_takes_only_so_many_descriptors() -> None:
    supervisor, worker = ends()
    with supervisor, worker, pytest.raises(ValueError, match=f"takes {MOST_DESCRIPTORS} descriptors, not 251"):
        supervisor.send(FeedFollows(), [0] * 251)


def framed(message: bytes, count: int = 0) -> bytes:
    return len(message).to_bytes(4, "big") + bytes([count]) + message


@pytest.mark.parametrize(
    "garbage",
    [framed(b"\xc1"), framed(encode(Ready()), count=1), b"\xff" * 9, framed(encode({"type": "unknown"}))],
    ids=["no msgpack", "a descriptor that is not there", "a length beyond reason", "a message nobody knows"],
)
async def test_what_can_not_be_read_ends_the_channel(garbage: bytes) -> None:
    ours, theirs = socket.socketpair()
    with Channel(ours, Decoder(FromChild)) as channel, theirs:
        theirs.send(framed(encode(Ready())) + garbage)
        first = await channel.receive()
        assert first is not None
        assert first.message == Ready()
        assert await channel.receive() is None


MESSAGES = st.lists(
    st.one_of(
        st.builds(Ready),
        st.builds(Waiting, st.integers(0, 2**31)),
        st.builds(Failed, st.lists(st.text()).map(tuple)),
    ),
    max_size=5,
)


@settings(max_examples=50, deadline=None)
@given(MESSAGES, st.lists(st.integers(1, 40)))
def test_where_the_bytes_are_cut_does_not_matter(messages: list[FromChild], cuts: list[int]) -> None:
    data = b"".join(framed(encode(each)) for each in messages)

    async def scene() -> None:
        ours, theirs = socket.socketpair()
        with Channel(ours, Decoder(FromChild)) as channel:
            left = data
            for cut in [*cuts, len(left)]:
                theirs.send(left[:cut])
                left = left[cut:]
                await asyncio.sleep(0)  # lets the channel read what there is
            theirs.sendall(left)
            theirs.close()
            received = []
            while (each := await channel.receive()) is not None:
                received.append(each.message)
            assert received == messages

    runs(asyncio.new_event_loop, scene)


def open_descriptors() -> int:
    return len(os.listdir("/dev/fd"))
