"""What is counted and measured of all exchanges, and how it is told to those who scrape it."""

from planoai.observability.metrics.metrics import Metrics
from planoai.observability.metrics.processes import Processes, Role, Sum, Usage

__all__ = ["Metrics", "Processes", "Role", "Sum", "Usage"]
