"""What the gateway says of itself: how many requests its metrics count and its store holds, for how many of those it looked for signals and knew the
cost, and what it dropped."""

import sqlite3
import urllib.request
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from msgspec import Struct

_SECONDS = 10
_FAMILIES = {b"brightstaff_http_requests_total": "counted", b"plano_records_dropped_total": "dropped"}
_COUNTED = b'handler="llm_chat"'
_NEW = "SELECT count(*), count(quality), count(cost), max(id) FROM exchanges WHERE id > ? AND handler = 'llm_chat'"


class Recorded(Struct, frozen=True):
    """Requests for models: in the metrics, in the store, with signals looked for, with a cost. `dropped`: exchanges and bodies that were left out."""

    counted: int = 0
    stored: int = 0
    analysed: int = 0
    priced: int = 0
    dropped: int = 0


class Telemetry:
    """Of one gateway. `port`: where its metrics are read."""

    def __init__(self, port: int, store: Path) -> None:
        self._url = f"http://127.0.0.1:{port}/metrics"
        self._store = store
        self._last = 0  # id of the exchange that was stored last
        self._known = Recorded()
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def since(self) -> Recorded:
        """What has come since it was last asked. Its recorder has written all there is: the store is read after the metrics."""
        with self._opener.open(self._url, timeout=_SECONDS) as answer:
            now = scraped(answer.read())
        before, self._known = self._known, now
        with closing(sqlite3.connect(f"{self._store.absolute().as_uri()}?mode=ro", uri=True, timeout=_SECONDS)) as db:
            stored, analysed, priced, last = db.execute(_NEW, (self._last,)).fetchone()
        self._last = last or self._last
        return Recorded(now.counted - before.counted, stored, analysed, priced, now.dropped - before.dropped)


def scraped(text: bytes) -> Recorded:
    """What metrics tell, since the recorder started."""
    found = dict.fromkeys(_FAMILIES.values(), 0)
    for line in text.splitlines():
        sample, _, value = line.rpartition(b" ")
        family, _, labels = sample.partition(b"{")
        name = _FAMILIES.get(family)
        if name == "dropped" or (name == "counted" and _COUNTED in labels):
            found[name] += int(float(value))
    return Recorded(**found)


def together(several: Iterable[Recorded]) -> Recorded:
    found = [(each.counted, each.stored, each.analysed, each.priced, each.dropped) for each in several]
    return Recorded(*map(sum, zip(*found, strict=True))) if found else Recorded()
