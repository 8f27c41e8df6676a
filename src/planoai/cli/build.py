"""`planoai build`."""

import click


@click.command()
def build() -> None:
    """Check that this installation is whole.

    \b
    Example:
      planoai build
    """
    raise click.ClickException("`planoai build` is not in this version yet")
