"""Pauses Python's search for cycles of objects, where it finds none and takes long."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collections() -> Iterator[None]:
    """The body runs without the garbage collector. Afterwards it is as before."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def without_collections() -> Iterator[None]:
    """Imports in its body run without the garbage collector, and later collections skip the imported objects.

    PyTorch makes some hundred thousand objects that stay. Looking through them again and again takes a seventh of its
    import.
    """
    with paused_collections():
        try:
            yield
        finally:
            gc.freeze()
