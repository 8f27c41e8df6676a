"""What holds for every test."""

import os
import signal
from collections.abc import Generator

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

# How long a machine takes says nothing of the code: it may have other work.
settings.register_profile("planoai", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planoai")

# They go through all of it from outside, where others look at each part: measuring there what is run takes minutes and tells nothing new.
_FROM_OUTSIDE = {"fuzz", "hostile", "sdk"}

# A shell that runs us in the background has it ignored, and what we start would inherit that: Ctrl-C is one of the things we test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# `planoai --version` would ask the Internet for a newer one.
os.environ["PLANO_SKIP_VERSION_CHECK"] = "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measuring = None if _FROM_OUTSIDE.isdisjoint(item.path.parts) else Coverage.current()
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
