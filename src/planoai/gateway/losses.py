"""Says, once a request and once an answer, what an API had no words for."""

import logging
from collections.abc import Iterable

from planoai.gateway.call import Call
from planoai.gateway.leg import Leg

log = logging.getLogger("planoai.gateway")


def tell_lost(paths: Iterable[str], leg: Leg, call: Call) -> None:
    """`paths` of the request, that the upstream was not told."""
    log.debug("request_id=%s %s can not carry %s", call.request_id, leg.target.name, _listed(paths))


def tell_lost_of_answer(paths: Iterable[str], leg: Leg, call: Call) -> None:
    """`paths` of the answer, that the client was not told."""
    log.debug("request_id=%s answer: %s of %s is lost", call.request_id, _listed(paths), leg.target.name)


def _listed(paths: Iterable[str]) -> str:
    return ", ".join(map(ascii, dict.fromkeys(paths)))
