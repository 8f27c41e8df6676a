"""What the head of a request may say of itself."""

import pytest

from planoai.net import head


@pytest.mark.parametrize(("length", "kept"), [(256, 1), (257, 0)], ids=["short", "long"])
def test_only_short_hosts_are_kept_in_mind(length: int, kept: int) -> None:
    head._is_known_host.cache_clear()
    head.framing([(b"host", b"h" * length)], "1.1")
    assert head._is_known_host.cache_info().currsize == kept
