"""A request that is already in this dialect, on its way to one upstream."""

from planoai.apis.dialect import Accepts, Fields, Head


def adapt(fields: Fields, _head: Head, _accepts: Accepts) -> Fields:
    return fields
