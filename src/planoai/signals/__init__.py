"""A conversation in, behavioural signals out: that it goes in circles, that somebody is annoyed, that a tool lets it down. No model is asked."""

from planoai.signals.analyze import Analyzer, analyze
from planoai.signals.options import Options
from planoai.signals.reading import Api, rows_of
from planoai.signals.signal import Group, Report, Row, Signal, Turns
from planoai.signals.writing import to_json, to_plain

__all__ = [
    "Analyzer",
    "Api",
    "Group",
    "Options",
    "Report",
    "Row",
    "Signal",
    "Turns",
    "analyze",
    "rows_of",
    "to_json",
    "to_plain",
]
