"""A request's bytes -> what it asks for, checked the way the API's vendor checks it. One API a file."""

from planoai.simulate.reading.received import Received

__all__ = ["Received"]
