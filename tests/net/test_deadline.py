import asyncio

from planoai.net.deadline import Deadline


async def test_it_fires_once_at_the_time_set_last() -> None:
    loop = asyncio.get_running_loop()
    fired = asyncio.Event()
    order: list[str] = []

    def expired() -> None:
        order.append("deadline")
        fired.set()

    deadline = Deadline(loop, expired)
    deadline.set(0.01)
    deadline.set(0.06)  # later: the armed timer has to let it pass
    loop.call_later(0.03, order.append, "between")
    await fired.wait()
    assert order == ["between", "deadline"]


async def test_moving_it_forward_makes_it_fire_sooner() -> None:
    fired = asyncio.Event()
    deadline = Deadline(asyncio.get_running_loop(), fired.set)
    deadline.set(3600)
    deadline.set(0.01)
    await asyncio.wait_for(fired.wait(), 10)


async def test_a_cleared_one_does_not_fire_and_can_be_set_again() -> None:
    loop = asyncio.get_running_loop()
    order: list[str] = []
    done = asyncio.Event()
    deadline = Deadline(loop, lambda: order.append("first"))
    deadline.set(0.01)
    deadline.clear()
    loop.call_later(0.03, done.set)
    await done.wait()
    assert order == []
    deadline.set(0.01)
    done.clear()
    loop.call_later(0.03, done.set)
    await done.wait()
    assert order == ["first"]


async def test_a_closed_one_does_not_fire() -> None:
    loop = asyncio.get_running_loop()
    order: list[str] = []
    done = asyncio.Event()
    deadline = Deadline(loop, lambda: order.append("fired"))
    deadline.set(0.01)
    deadline.close()
    loop.call_later(0.03, done.set)
    await done.wait()
    assert order == []
