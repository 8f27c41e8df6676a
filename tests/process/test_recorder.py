"""The recorder as a process: what it writes, and what it survives."""

import asyncio
import math
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from planoai.observability.feed import Feed, Recording
from planoai.process.control import Channel, of_supervisor
from planoai.process.orders import Cut, Drain, Failed, FeedFollows, FromChild, Ready, RecorderOrders
from tests.observability.facts import USER_AGENT, attempt, closed, framed, opened, request
from tests.support.program import is_alive

ANSWER = (
    b'{"model":"gpt-5-2026","choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":12,"completion_tokens":3}}'
)


@dataclass
class Recorder:
    process: asyncio.subprocess.Process
    channel: Channel[FromChild]
    log: Path
    shown: list[str] = field(default_factory=list)

    def feed(self) -> socket.socket:
        """The worker's end of a new feed."""
        ours, theirs = socket.socketpair()
        self.channel.send(FeedFollows(), [theirs.fileno()])
        theirs.close()
        return ours

    async def line(self, holding: str) -> str:
        """The next line that is shown and holds this; it has been written by then."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while holding not in (told := (await self.process.stdout.readline()).decode()):
                assert told, f"it ended without a line with {holding!r}"
        return told

    async def has(self, lines: int) -> None:
        """Until so many lines are in the log."""
        async with asyncio.timeout(30):
            while len(self.lines()) < lines:
                await asyncio.sleep(0.01)

    async def ends(self) -> tuple[int, str]:
        """Its exit code, and what it had to say on stderr."""
        async with asyncio.timeout(30):
            _, said = await self.process.communicate()
            return await self.process.wait(), said.decode()

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()


@asynccontextmanager
async def recorder(logs: Path, *, echo: bool = True) -> AsyncIterator[Recorder]:
    """One that has its orders; killed at the end where it still runs."""
    ours, theirs = socket.socketpair()
    with of_supervisor(ours) as channel:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "planoai.process.recorder",
            str(theirs.fileno()),
            pass_fds=[theirs.fileno()],
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        theirs.close()
        channel.send(RecorderOrders(logs=str(logs), level="info", echo=echo))
        try:
            yield Recorder(process, channel, logs / "access_llm.log")
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


@asynccontextmanager
async def ready(logs: Path) -> AsyncIterator[Recorder]:
    async with recorder(logs) as started:
        received = await started.channel.receive()
        assert received is not None
        assert received.message == Ready()
        yield started


def asked(feed: Feed, request_id: str) -> Recording:
    recording = feed.open(request("/v1/chat/completions", USER_AGENT), request_id)
    recording.asks("openai_chat", "fast", b"{}", stream=False, received=0.0)
    return recording


def answered(recording: Recording) -> None:
    recording.tried(attempt())
    recording.answered(b"application/json")
    recording.piece(ANSWER)
    recording.close(200, "completed", 2, len(ANSWER), 0.25)


async def test_an_exchange_becomes_a_line(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as recorder:
        feed.attach(recorder.feed())
        answered(asked(feed, "req-1"))

        told = await recorder.line("req-1")
        await feed.aclose()

        assert re.search(
            r'\] "POST /v1/chat/completions HTTP/1\.1" 200 - 2 \d+ \d+ 250 "-" "OpenAI/Python 3\.1" "req-1" "-" '
            r'"https://api\.openai\.com" "openai/gpt-5" attempts=1 model=fast served=gpt-5-2026 '
            r"api=openai_chat>openai_chat stream=false outcome=completed ttft_ms=250 input_tokens=12 output_tokens=3$",
            told.rstrip("\n"),
        )
        assert recorder.lines() == [told.rstrip("\n")]
        assert recorder.log.stat().st_mode & 0o777 == 0o600


async def test_told_to_end_it_reads_what_the_feeds_hold(tmp_path: Path) -> None:
    feeds = [Feed(), Feed()]
    async with ready(tmp_path) as recorder:
        for feed in feeds:
            feed.attach(recorder.feed())
            for number in range(1_000):
                answered(asked(feed, f"req-{number}"))
        recorder.channel.send(Drain(stopping=True))
        for feed in feeds:
            await feed.aclose()

        assert await recorder.ends() == (0, "")
        assert len(recorder.lines()) == 2_000


async def test_told_to_end_now_it_does_not_wait_for_its_feeds(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as recorder:
        feed.attach(recorder.feed())
        asked(feed, "req-open")
        answered(asked(feed, "req-1"))
        await recorder.line("req-1")

        recorder.channel.send(Cut())

        assert await recorder.ends() == (0, "")
        assert [("outcome=lost" in each) for each in recorder.lines()] == [False, True]
    await feed.aclose()


async def test_what_a_worker_had_open_when_it_died_is_lost(tmp_path: Path) -> None:
    feed, sibling = Feed(), Feed()
    async with ready(tmp_path) as recorder:
        theirs = recorder.feed()
        feed.attach(theirs)
        sibling.attach(recorder.feed())
        running = asked(sibling, "req-sibling")
        asked(feed, "req-open")
        answered(asked(feed, "req-1"))
        await recorder.line("req-1")

        theirs.close()  # as the death of the process does
        told = await recorder.line("req-open")
        answered(running)
        other = await recorder.line("req-sibling")

        assert " - - 0 0 " in told
        assert "outcome=lost" in told
        assert "outcome=completed" in other
        await sibling.aclose()


async def test_one_that_is_killed_is_followed_by_one_that_knows_what_runs(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as first:
        feed.attach(first.feed())
        running = asked(feed, "req-running")
        answered(asked(feed, "req-1"))
        await first.line("req-1")
        first.process.send_signal(signal.SIGKILL)
        await first.process.wait()
    between = asked(feed, "req-between")
    answered(between)

    async with ready(tmp_path) as second:
        feed.attach(second.feed())
        await second.line("req-between")
        answered(running)
        told = await second.line("req-running")
        await feed.aclose()

        assert "outcome=completed" in told
        assert [each.split('"')[7] for each in second.lines()] == ["req-1", "req-between", "req-running"]


@pytest.mark.parametrize(
    "garbage",
    [b"\x00\x00\x00\x05hello", b"\xff\xff\xff\xffhello", b"GET / HTTP/1.1\r\n\r\n"],
    ids=["no_messages", "too_long", "http"],
)
async def test_a_feed_that_tells_nonsense_ends_alone(tmp_path: Path, garbage: bytes) -> None:
    feed, sane = Feed(), Feed()
    async with ready(tmp_path) as recorder:
        ours = recorder.feed()
        feed.attach(ours)
        sane.attach(recorder.feed())
        asked(feed, "req-open")
        answered(asked(feed, "req-1"))
        await recorder.line("req-1")

        ours.send(garbage)
        told = await recorder.line("req-open")
        answered(asked(sane, "req-2"))
        await recorder.line("req-2")
        recorder.channel.send(Drain(stopping=True))
        await sane.aclose()
        code, said = await recorder.ends()

    assert "outcome=lost" in told
    assert code == 0
    assert said.count("\n") == 1
    assert "what a worker tells is given up" in said
    await feed.aclose()


async def test_an_exchange_that_makes_no_sense_is_left_out_alone(tmp_path: Path) -> None:
    async with ready(tmp_path) as recorder:
        ours = recorder.feed()
        ours.send(framed([opened(1, at=math.nan), closed(1), opened(2, at=0.0), closed(2)]))
        await recorder.line("[1970-01-01T00:00:00.000Z]")
        recorder.channel.send(Drain(stopping=True))
        ours.close()
        code, said = await recorder.ends()

    assert code == 0
    assert said.count("an exchange is not recorded") == 1
    assert len(recorder.lines()) == 1


async def test_without_a_supervisor_it_writes_what_it_has_and_ends(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as recorder:
        feed.attach(recorder.feed())
        asked(feed, "req-open")
        answered(asked(feed, "req-1"))
        await recorder.line("req-1")

        recorder.channel.close()

        assert (await recorder.ends())[0] == 0
        assert [each.split('"')[7] for each in recorder.lines()] == ["req-1", "req-open"]
    await feed.aclose()


async def test_a_folder_it_can_not_write_to_is_told(tmp_path: Path) -> None:
    async with recorder(tmp_path / "nowhere") as started:
        received = await started.channel.receive()

        assert received is not None
        assert isinstance(received.message, Failed)
        [problem] = received.message.problems
        assert problem == f"{tmp_path}/nowhere: the access log can not be written there: No such file or directory"
        assert (await started.ends())[0] == 1


async def test_a_log_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as recorder:
        feed.attach(recorder.feed())
        answered(asked(feed, "req-1"))
        await recorder.line("req-1")
        recorder.log.rename(tmp_path / "aside.log")

        answered(asked(feed, "req-2"))
        await recorder.line("req-2")
        await feed.aclose()

        assert [each.split('"')[7] for each in recorder.lines()] == ["req-2"]


async def test_a_folder_that_is_gone_is_complained_of_once_and_is_not_its_end(tmp_path: Path) -> None:
    feed = Feed()
    run = tmp_path / "run"
    logs = run / "logs"
    logs.mkdir(parents=True)
    async with ready(logs) as recorder:
        feed.attach(recorder.feed())
        run.rename(tmp_path / "aside")
        for number in (1, 2):
            answered(asked(feed, f"req-{number}"))
            await recorder.line(f"req-{number}")
        run.mkdir()
        answered(asked(feed, "req-3"))
        await recorder.line("req-3")
        recorder.channel.send(Drain(stopping=True))
        await feed.aclose()
        code, said = await recorder.ends()

        assert code == 0
        assert [each.split('"')[7] for each in recorder.lines()] == ["req-3"]
        assert said.count("the access log can not be written") == 1
        assert said.count("the access log is written again") == 1


async def test_one_who_does_not_look_does_not_hold_it_up(tmp_path: Path) -> None:
    feed = Feed()
    async with ready(tmp_path) as recorder:
        feed.attach(recorder.feed())
        for many in range(1_000, 5_001, 1_000):  # far more than the pipe takes, and nobody reads it
            for number in range(1_000):
                answered(asked(feed, f"req-{number}"))
            await recorder.has(many)  # the feed keeps few thousands for one who is slow
        recorder.channel.send(Drain(stopping=True))
        await feed.aclose()
        async with asyncio.timeout(30):
            while is_alive(recorder.process.pid):
                await asyncio.sleep(0.01)

        assert len(recorder.lines()) == 5_000


async def test_it_gives_way_to_those_who_answer(tmp_path: Path) -> None:
    async with ready(tmp_path) as recorder:
        assert os.getpriority(os.PRIO_PROCESS, recorder.process.pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
