"""`planoai completion`."""

import click


@click.command()
def completion() -> None:
    """Print what makes a shell complete the commands, files and models of `planoai`.

    \b
    Example:
      planoai completion bash
    """
    raise click.ClickException("`planoai completion` is not in this version yet")
