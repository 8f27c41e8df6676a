"""The store: a SQLite file in which every exchange is kept on this machine. `Store` writes it, `Reader` reads it."""

from planoai.observability.store.reader import Reader, Wanted
from planoai.observability.store.writer import Store

__all__ = ["Reader", "Store", "Wanted"]
