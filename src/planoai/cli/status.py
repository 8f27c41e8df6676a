"""`planoai status`."""

import click


@click.command()
def status() -> None:
    """Show the gateway that runs.

    \b
    Example:
      planoai status
    """
    raise click.ClickException("`planoai status` is not in this version yet")
