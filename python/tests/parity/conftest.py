"""Both backends side by side: ours, and the original functions of XNAS, where XNAS can be imported.

Every comparison is counted, and the count is told when pytest closes. Without XNAS the suite skips and says so; the
golden numbers in python/tests/fixtures keep parity tested then.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from rminas_sidecar.backends.xnas import find_xnas, import_xnas
from rminas_sidecar.errors import SidecarError

_FIXTURES = Path(__file__).parents[1] / "fixtures"
_EXPORTED = Path(__file__).parents[3] / "test" / "fixtures" / "parity" / "histories.json"
# Loaded by whoever collects this folder.
_CLOSING = pytest.StashKey["Comparisons"]()


class Comparisons:
    """Compares our values with the original's, and counts the comparisons."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.worst: dict[str, float] = {}

    def close(self, kind: str, ours: Tensor | float, theirs: Tensor | float, relative: float, least: float = 0) -> None:
        """Asserts that the difference is at most so much of the original, by their norms.

        Args:
            least: a norm; an original that is smaller counts as that large.
        """
        our_numbers, numbers = torch.as_tensor(ours).double(), torch.as_tensor(theirs).double()
        assert our_numbers.shape == numbers.shape, kind
        assert torch.isfinite(numbers).all(), f"{kind}: nothing is told by what is not finite"
        difference, norm = (our_numbers - numbers).norm().item(), max(numbers.norm().item(), least)
        assert difference <= relative * norm, f"{kind}: {difference} is more than {relative} of {norm}"
        self.counts[kind] += 1
        self.worst[kind] = max(self.worst.get(kind, 0.0), difference / norm if norm else 0.0)

    def equal(self, kind: str, ours: object, theirs: object) -> None:
        """Asserts that both are the same."""
        assert ours == theirs, kind
        self.counts[kind] += 1


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    comparisons = config.stash.get(_CLOSING, None)
    if comparisons is None:
        return
    if not comparisons.counts:
        terminalreporter.write_line(f"parity with XNAS: nothing was compared, {_why_not() or 'no test ran to its end'}")
        return
    terminalreporter.write_line(f"parity with XNAS ({find_xnas()}): {comparisons.counts.total()} comparisons agree")
    for kind, count in sorted(comparisons.counts.items()):
        worst = comparisons.worst.get(kind)
        extent = "equal" if worst is None else f"largest relative difference {worst:.1e}"
        terminalreporter.write_line(f"  {count:6d} {kind}: {extent}")


def _why_not() -> str | None:
    try:
        import_xnas("xnas.algorithms.RMINAS.sampler.RF_sampling")
    except SidecarError as error:
        return error.message
    return None


@pytest.fixture
def comparisons(pytestconfig: pytest.Config) -> Comparisons:
    if _CLOSING not in pytestconfig.stash:
        pytestconfig.stash[_CLOSING] = Comparisons()
    return pytestconfig.stash[_CLOSING]


@pytest.fixture(autouse=True)
def original(comparisons: Comparisons) -> None:
    why = _why_not()
    if why is not None:
        pytest.skip(why)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def exported() -> dict[str, Any]:
    """What `test/strategies/histories.test.ts` exports of our spaces, votes and thresholds."""
    content: dict[str, Any] = json.loads(_EXPORTED.read_text(encoding="utf-8"))
    content["spaces"] = {space.pop("space"): space for space in content["spaces"]}
    return content


@pytest.fixture(scope="session")
def golden_batch() -> dict[str, Tensor]:
    """`x` (8 × 3 × 32 × 32), `y`, and the teacher's features `teacher_0` to `teacher_2`."""
    with np.load(_FIXTURES / "golden" / "batch.npz") as arrays:
        tensors = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in tensors.items()}
