"""`planoai completion`: what a shell needs to complete the rest of a line."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
_NAME = "planoai"
_VARIABLE = "_PLANOAI_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell. With it, Tab completes commands, options, files, templates and models.

    A line in the file that the shell reads when it begins is enough: `~/.bashrc`, `~/.zshrc` (after `compinit`).

    \b
    Examples:
      eval "$(planoai completion bash)"
      eval "$(planoai completion zsh)"
      planoai completion fish > ~/.config/fish/completions/planoai.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - SHELLS are those that there are
    click.echo(kind(context.find_root().command, {}, _NAME, _VARIABLE).source())
