"""The compiled functions, for tests that need them."""

import pytest

from rminas_sidecar.kernels import Kernels, find_kernels, why_no_kernels


def kernels_for(channels: int) -> Kernels:
    """The functions for so many channels; skips the test where they cannot be used."""
    found = find_kernels(channels)
    if found is None:
        pytest.skip(f"our C functions cannot be used: {why_no_kernels()}")
    return found
