"""Work that is so large that the other requests should not have to wait for it."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LARGE = 256 * 1024  # bytes; translating so many takes some 20 ms


async def beside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` gives, made in a thread, which shares the processor with the loop in turns of 5 ms. For what handles LARGE bytes or more.

    Whoever is cancelled meanwhile goes; the thread comes to its end unheard, so `work` has to be pure.
    """
    return await asyncio.to_thread(work, *args, **kwargs)
