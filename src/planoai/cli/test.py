"""`planoai test`."""

import click


@click.command()
def test() -> None:
    """Ask a model one question, as the config says.

    \b
    Example:
      planoai test openai/gpt-4o
    """
    raise click.ClickException("`planoai test` is not in this version yet")
