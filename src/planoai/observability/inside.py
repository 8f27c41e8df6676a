"""The way from a request to an observation within one process: for tests, and for who embeds the gateway."""

import logging
from collections.abc import Callable
from time import time

from planoai.config.schema import Config
from planoai.observability.feed import Feed, feed_of
from planoai.observability.ledger import Ledger
from planoai.observability.lens import Lens
from planoai.observability.observation import Observation
from planoai.observability.record import Dropped, Message
from planoai.pricing.prices import Prices

log = logging.getLogger("planoai.observability")


def observing(config: Config, observed: Callable[[Observation], None], prices: Prices | None = None) -> Feed:
    """A feed for one gateway. `observed` gets every exchange as it ends, before the next thing happens in this process."""
    ledger = Ledger(Lens(config, prices))

    def take(message: Message) -> None:
        if isinstance(message, Dropped):  # nothing ever is, on this way
            return
        try:
            observation = ledger.take(message, time())
            if observation is not None:
                observed(observation)
        except Exception:  # whoever looks on is not to harm the request
            ledger.discard(message.id)
            log.exception("an exchange is not observed")

    return feed_of(config, take)
