"""Comparisons of our functions with the original ones, and their count."""

from collections import Counter
from typing import Any

import torch
from torch import Tensor

from rminas_sidecar.backends.xnas import find_xnas, import_xnas
from rminas_sidecar.errors import SidecarError


class Comparisons:
    """Compares our numbers with the original ones, and counts the comparisons."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.worst: dict[str, float] = {}

    def close(self, kind: str, ours: Tensor | float, theirs: Tensor | float, relative: float, least: float = 0) -> None:
        """Asserts that the norm of the difference is at most `relative` times the norm of the original.

        Args:
            least: the smallest norm; a smaller original counts as this one.
        """
        our_numbers, numbers = torch.as_tensor(ours).double(), torch.as_tensor(theirs).double()
        assert our_numbers.shape == numbers.shape, kind
        assert torch.isfinite(numbers).all(), f"{kind}: the original is not finite, so a comparison says nothing"
        difference, norm = (our_numbers - numbers).norm().item(), max(numbers.norm().item(), least)
        assert difference <= relative * norm, f"{kind}: {difference} is more than {relative} of {norm}"
        self.counts[kind] += 1
        self.worst[kind] = max(self.worst.get(kind, 0.0), difference / norm if norm else 0.0)

    def equal(self, kind: str, ours: object, theirs: object) -> None:
        """Asserts that both are the same."""
        assert ours == theirs, kind
        self.counts[kind] += 1

    def as_json(self) -> dict[str, Any]:
        """The counts, as a process of pytest-xdist sends them."""
        return {"counts": dict(self.counts), "worst": self.worst}

    def add(self, counted: dict[str, Any]) -> None:
        """Adds the counts of another process."""
        self.counts.update(counted["counts"])
        for kind, difference in counted["worst"].items():
            self.worst[kind] = max(self.worst.get(kind, 0.0), difference)

    def report(self) -> list[str]:
        """Lines that describe the comparisons."""
        if not self.counts:
            return [f"parity with XNAS: nothing was compared, {why_no_xnas() or 'no test ran to its end'}"]
        lines = [f"parity with XNAS ({find_xnas()}): {self.counts.total()} comparisons agree"]
        for kind, count in sorted(self.counts.items()):
            worst = self.worst.get(kind)
            extent = "equal" if worst is None else f"largest relative difference {worst:.1e}"
            lines.append(f"  {count:6d} {kind}: {extent}")
        return lines


def why_no_xnas() -> str | None:
    """Why XNAS cannot be imported, or None if it can."""
    try:
        import_xnas("xnas.algorithms.RMINAS.sampler.RF_sampling")
    except SidecarError as error:
        return error.message
    return None
