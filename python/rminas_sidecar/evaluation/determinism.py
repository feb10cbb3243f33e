"""What makes torch answer the same bits for the same question."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.utils import deterministic as torch_deterministic


@contextmanager
def deterministic_algorithms() -> Iterator[None]:
    """Runs its body with deterministic kernels and full float32 precision, then restores the settings."""
    before = torch.get_deterministic_debug_mode()
    fill = torch_deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    # The same switch as use_deterministic_algorithms, without that function's import of the whole compiler (1.4 s).
    torch.set_deterministic_debug_mode("error")
    # Filling fresh memory with NaN only unmasks reads of uninitialised memory, and costs a pass over every output.
    torch_deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
            yield
    finally:
        torch_deterministic.fill_uninitialized_memory = fill  # type: ignore[attr-defined]
        torch.set_deterministic_debug_mode(before)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Runs its body with torch's global CPU generator seeded, then restores the generator.

    Parameters are drawn on the CPU whatever the device, so a seed gives the same network everywhere.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
