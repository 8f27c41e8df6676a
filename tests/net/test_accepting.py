"""A process that has no file descriptors left for its clients."""

import asyncio
import socket
import sys

from planoai.net.reply import Reply
from planoai.net.request import Request
from planoai.net.server import Server, listen

FEW = """
import asyncio, logging, resource, signal, socket, sys, uvloop
from planoai.net.server import Server

async def handler(request, reply):
    reply.send(200, [], b"served")

async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Server(handler, [socket.socket(fileno=int(sys.argv[1]))]):
        print("ready", flush=True)
        await stop.wait()

logging.basicConfig(stream=sys.stdout, format="%(message)s")
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
    runner.run(main())
"""
ASKED = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def answered(sock: socket.socket) -> bool:
    seen = b""
    while not seen.endswith(b"served"):
        chunk = sock.recv(4096)
        if not chunk:
            return False
        seen += chunk
    return True


async def test_who_can_not_be_accepted_waits_and_is_served_when_others_go() -> None:
    with listen("127.0.0.1", 0) as listener:
        address: tuple[str, int] = listener.getsockname()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            FEW,
            str(listener.fileno()),
            pass_fds=[listener.fileno()],
            stdout=asyncio.subprocess.PIPE,
        )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    clients = [socket.create_connection(address, timeout=30) for _ in range(60)]
    for each in clients:
        each.sendall(ASKED)
    said = await process.stdout.readline()
    assert b"no connection can be accepted (Too many open files)" in said
    served = 0
    for each in clients:  # in the order in which they were accepted
        assert answered(each)
        each.close()
        served += 1
    assert served == 60
    process.terminate()
    out, _ = await process.communicate()
    assert out == b""  # it said so once
    assert process.returncode == 0


async def test_a_connection_that_was_just_taken_is_closed_when_all_is_cut() -> None:
    async def never(request: Request, reply: Reply) -> None:
        raise AssertionError

    async with Server(never, [listen("127.0.0.1", 0)]) as server:
        with socket.create_connection(server.addresses[0], timeout=30) as client:
            server.cut()
            assert await asyncio.to_thread(client.recv, 1) == b""
