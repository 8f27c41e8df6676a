"""Clients that people use, as npm and PyPI give them, through `planoai up` in front of the simulated provider.

`scripts/real-clients` installs them, runs these and writes docs/clients.md; they are not in the default run.
"""
