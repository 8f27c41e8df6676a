"""`planoai doctor`."""

import click


@click.command()
def doctor() -> None:
    """Look for what would keep a gateway from working.

    \b
    Example:
      planoai doctor
    """
    raise click.ClickException("`planoai doctor` is not in this version yet")
