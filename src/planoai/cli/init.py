"""`planoai init`."""

import click


@click.command()
def init() -> None:
    """Write a config to begin with.

    \b
    Example:
      planoai init
    """
    raise click.ClickException("`planoai init` is not in this version yet")
