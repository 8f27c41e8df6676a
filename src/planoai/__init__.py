"""An AI-native proxy and data plane for agents: every model behind every API, from one YAML file."""


def __getattr__(name: str) -> str:
    """`__version__`, looked up when asked for: reading what is installed costs more than most of our modules, and most processes never ask."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("planoai")
    except PackageNotFoundError:  # imported from a checkout that was never installed
        return "0+unknown"
