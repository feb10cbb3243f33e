"""Compares both backends: our functions, and the original ones of XNAS if it can be imported.

pytest prints the number of comparisons at its end. Without XNAS these tests are skipped, with a notice; the golden
numbers in python/tests/fixtures replace them then.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from support.comparisons import Comparisons, why_no_xnas

_FIXTURES = Path(__file__).parents[1] / "fixtures"
_EXPORTED = Path(__file__).parents[3] / "test" / "fixtures" / "parity" / "histories.json"


@pytest.fixture(autouse=True)
def original(comparisons: Comparisons) -> None:
    why = why_no_xnas()
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
