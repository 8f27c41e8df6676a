"""What the gateway tells of itself, as the bench reads it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from bench.recorded import Recorded, Telemetry, scraped, together

_METRICS = b"""# TYPE brightstaff_http_requests_total counter
brightstaff_http_requests_total{handler="llm_chat",method="POST",status_class="2xx"} 40
brightstaff_http_requests_total{handler="llm_chat",method="POST",status_class="4xx"} 2.0
brightstaff_http_requests_total{handler="list_models",method="GET",status_class="2xx"} 9
brightstaff_http_request_duration_seconds_count{handler="llm_chat"} 42
plano_records_dropped_total{kind="exchange"} 1
plano_records_dropped_total{kind="body"} 3
"""


class _Gateway(HTTPServer):
    text = _METRICS


class _Handler(BaseHTTPRequestHandler):
    server: _Gateway

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.text)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[_Gateway]:
    with _Gateway(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_requests_for_models_are_counted_whatever_their_status_and_all_that_was_dropped() -> None:
    assert scraped(_METRICS) == Recorded(counted=42, dropped=4)


def test_what_has_come_since_the_last_look_is_told(gateway: _Gateway, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE exchanges (id INTEGER PRIMARY KEY, handler TEXT, quality TEXT, cost REAL)")
        telemetry = Telemetry(gateway.server_port, path)
        assert telemetry.since() == Recorded(counted=42, dropped=4)
        rows = [("llm_chat", "good", 0.1), ("llm_chat", None, None), ("llm_chat", "good", None), ("about", None, None)]
        db.executemany("INSERT INTO exchanges (handler, quality, cost) VALUES (?, ?, ?)", rows)
        db.commit()
        gateway.text = _METRICS.replace(b"} 40", b"} 43").replace(b'"body"} 3', b'"body"} 5')
        assert telemetry.since() == Recorded(counted=3, stored=3, analysed=2, priced=1, dropped=2)
        assert telemetry.since() == Recorded()


def test_rounds_are_added_up() -> None:
    assert together([Recorded(1, 2, 3, 4, 5), Recorded(10, 20, 30, 40, 50)]) == Recorded(11, 22, 33, 44, 55)
    assert together([]) == Recorded()
