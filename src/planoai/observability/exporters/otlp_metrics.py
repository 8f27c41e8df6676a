"""Metrics of calls of models to the collector that gets the traces, every minute and at the end."""

import logging
import threading
from collections.abc import Sequence
from time import time_ns

from planoai.net.proxy import Proxies
from planoai.observability.exporters.batching import Pace, Parcel, Sender
from planoai.observability.exporters.endpoint import Endpoint
from planoai.observability.exporters.exporter import Refused, Unavailable, Unknown
from planoai.observability.exporters.histograms import Histograms
from planoai.observability.exporters.otlp import Collector
from planoai.observability.observation import Observation

log = logging.getLogger("planoai.exporters")

INTERVAL = 60.0  # seconds


class OtlpMetrics:
    """An Exporter. Whether a trace is sampled does not matter here: every request counts.

    What is told is counted since the beginning, so that an export that fails loses nothing.
    """

    name = "otlp_metrics"
    dropped = 0

    def __init__(
        self,
        endpoint: Endpoint,
        version: str,
        proxies: Proxies | None = None,
        pace: Pace | None = None,
        interval: float = INTERVAL,
    ) -> None:
        collector = Collector(endpoint, "metrics", proxies)
        # Traces go there too: that nobody is there is told of them.
        self._sender = Sender(self.name, "metrics", collector, pace or Pace(), logging.DEBUG)
        self._version = version
        self._interval = interval
        self._histograms = Histograms()
        self._started = time_ns()
        self._has_more = False
        self._thread: threading.Thread | None = None

    def put(self, observations: Sequence[Observation]) -> None:
        with self._sender.changed:
            for observation in observations:
                try:
                    self._histograms.add(observation)
                except Exception:  # one request that we are wrong about is not the end of the others
                    log.exception("a request is not metered")
            self._has_more = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self.name, daemon=True)
                self._thread.start()

    def finish(self, seconds: float) -> None:
        self._sender.finish(seconds)

    def close(self, seconds: float) -> None:
        self._sender.finish(seconds)
        self._sender.wait(self._thread)

    def _work(self) -> None:
        try:
            is_last = False
            while not is_last:
                is_last = self._waits()
                if self._has_more and not (self._sender.reach() and self._tells()):
                    break
        except Exception:  # what is wrong with us is no reason for the process to end
            log.exception("%s: nothing more is sent", self.name)
        self._sender.close()

    def _waits(self) -> bool:
        """For the next time; whether it is the last one."""
        with self._sender.changed:
            self._sender.changed.wait_for(self._is_finishing, self._interval)
            return self._is_finishing()

    def _tells(self) -> bool:
        """Whether the collector has any use for metrics."""
        parcel = self._parcel()
        try:
            taken = self._sender.try_once(parcel)
        except Unknown as error:
            log.info("%s takes no metrics: %s", self._sender.where, error)
            return False
        except (Refused, Unavailable) as error:
            self._has_more = True
            self._sender.fails(error)
        else:
            self._sender.works(taken, parcel)
        return True

    def _is_finishing(self) -> bool:
        return self._sender.finish_at is not None

    def _parcel(self) -> Parcel:
        from planoai.observability.exporters.otlp_points import request

        with self._sender.changed:
            snapshot = self._histograms.snapshot()
            self._has_more = False
        return Parcel(request(snapshot, self._started, time_ns(), self._version), 0)
