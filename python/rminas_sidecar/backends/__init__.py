"""Whose functions build the networks and the score: ours (`native`), or the original ones (`xnas`)."""

from rminas_sidecar.backends.backend import Backend
from rminas_sidecar.backends.registry import BACKENDS

__all__ = ["BACKENDS", "Backend"]
