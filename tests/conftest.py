"""What holds for every test."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

# How long a machine takes says nothing of the code: it may have other work.
# To explain what fails it would trace every line of every example, in Python, wherever coverage is not measured: many times what the tests take.
settings.register_profile(
    "planoai",
    max_examples=60,
    deadline=None,
    phases=set(Phase) - {Phase.explain},
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings.get_profile("planoai"), max_examples=1000)
settings.load_profile("planoai")

# A shell that runs us in the background has it ignored, and what we start would inherit that: Ctrl-C is one of the things we test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# `planoai --version` would ask the Internet for a newer one.
os.environ["PLANO_SKIP_VERSION_CHECK"] = "1"

# Gateways that run side by side can not all have the usual port for their metrics.
os.environ["METRICS_BIND_ADDRESS"] = "127.0.0.1:0"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What a test starts is not measured either where pytest-cov does not measure the test."""
    told = os.environ.pop("COVERAGE_PROCESS_CONFIG", None) if item.get_closest_marker("no_cover") else None
    try:
        return (yield)
    finally:
        if told is not None:
            os.environ["COVERAGE_PROCESS_CONFIG"] = told
