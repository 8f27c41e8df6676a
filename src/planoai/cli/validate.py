"""`planoai validate`."""

import click


@click.command()
def validate() -> None:
    """Say everything that is wrong with a config, and how to mend it.

    \b
    Example:
      planoai validate config.yaml
    """
    raise click.ClickException("`planoai validate` is not in this version yet")
