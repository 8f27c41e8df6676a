"""Damaged traffic against every reader and writer of the dialects: `scripts/fuzz --help`."""
