"""Settings that make torch compute the same bits at each run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.utils import deterministic as torch_deterministic


@contextmanager
def deterministic_algorithms() -> Iterator[None]:
    """Runs its body with deterministic operations and full float32 precision, then restores the settings."""
    # cuBLAS is deterministic only with this setting, which it reads at its first use.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    before = torch.get_deterministic_debug_mode()
    fill = torch_deterministic.fill_uninitialized_memory  # type: ignore[attr-defined]
    # The same as use_deterministic_algorithms, which would import the whole compiler (1.4 s).
    torch.set_deterministic_debug_mode("error")
    # Filling fresh memory with NaN only detects reads of uninitialised memory, and costs a pass over every output.
    torch_deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    try:
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
            yield
    finally:
        torch_deterministic.fill_uninitialized_memory = fill  # type: ignore[attr-defined]
        torch.set_deterministic_debug_mode(before)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seeds torch's global CPU generator for its body, then restores the generator.

    Parameters are always drawn on the CPU, so a seed gives the same network on every device.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


@contextmanager
def seeded_on(device: torch.device, seed: int) -> Iterator[None]:
    """Seeds the global generators of CPU and device for its body; layers like drop path draw from them."""
    on_cuda = device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if on_cuda else []):
        torch.default_generator.manual_seed(seed)
        if on_cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        yield
