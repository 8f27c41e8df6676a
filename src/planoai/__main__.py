"""`python -m planoai` is the command `planoai`."""

from planoai.cli import main

main()
