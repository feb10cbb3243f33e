"""The compiled functions, for tests that need them."""

from typing import TypeVar

import pytest

from rminas_sidecar.kernels import Kernels, find_kernels, why_no_kernels

Found = TypeVar("Found")


def require(found: Found | None) -> Found:
    """What was found. Where it is None, skips the test if the C functions cannot be compiled; fails it if they can."""
    if found is not None:
        return found
    reason = why_no_kernels()
    if reason is None or "wrong results" in reason:
        pytest.fail("our C functions can be compiled, but they do not give the results of torch")
    pytest.skip(f"our C functions cannot be used: {reason}")


def kernels_for(channels: int) -> Kernels:
    """The functions for so many channels; see :func:`require`."""
    return require(find_kernels(channels))
