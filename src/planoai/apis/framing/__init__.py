"""Chunks of bytes -> frames. One file a framing; none knows what is in a frame."""
