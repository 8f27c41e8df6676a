"""What holds for every test."""

import os
import signal

from hypothesis import HealthCheck, settings

# How long a machine takes says nothing of the code: it may have other work.
settings.register_profile("planoai", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("planoai")

# A shell that runs us in the background has it ignored, and what we start would inherit that: Ctrl-C is one of the things we test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# `planoai --version` would ask the Internet for a newer one.
os.environ["PLANO_SKIP_VERSION_CHECK"] = "1"
