"""An AI-native proxy and data plane for agents: every model behind every API, from one YAML file."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("planoai")
except PackageNotFoundError:  # imported from a checkout that was never installed
    __version__ = "0+unknown"
