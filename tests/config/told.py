"""A config that is refused, and what is said of it."""

import pytest

from planoai.config.load import load
from planoai.errors import ConfigError

HEAD = "version: v0.4.0\n"


def problems(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(text, environ)
    return caught.value.problems


def warnings(text: str, **environ: str) -> list[str]:
    return list(load(text, environ).warnings)
