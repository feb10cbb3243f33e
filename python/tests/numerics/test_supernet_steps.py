"""Recorded steps of a one-shot search, and its precisions."""

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification
from rminas_sidecar.supernets.catalogue import METHODS, build_method
from rminas_sidecar.supernets.method import Batch
from rminas_sidecar.supernets.search import search_supernet
from rminas_sidecar.supernets.steps import find_recorder, steps_of_epoch
from rminas_sidecar.supernets.updates import ArchitectureRecipe, Updates
from support.recorders import OperationRecorder
from support.retraining import quiet
from support.supernets import METHOD_OPTIONS, one_shot

SGD = OptimizerSpecification(0.1, 0.9, 0.0, True, 5e-4, gradient_norm=5.0)
ADAM = ArchitectureRecipe(3e-3, 1e-3, 0.5)
SIZES = {
    "nas-bench-201": NetworkSpecification(channels=4, cells=1, classes=10, resolution=8),
    "darts": NetworkSpecification(channels=4, cells=3, classes=10, resolution=4),
}
REPEATING = [name for name, method in METHODS.items() if method.repeats]
CPU = torch.device("cpu")


def _batch(seed: int, images: int, side: int) -> Batch:
    generator = torch.Generator().manual_seed(seed)
    return Batch(
        torch.randn(images, 3, side, side, generator=generator), torch.randint(10, (images,), generator=generator)
    )


def _train(
    method: Any, side: int, recorder: OperationRecorder | None, repeatable: bool = True, epochs: int = 1
) -> list[Tensor]:
    """Epochs of four steps, the last one on fewer images; answers the losses and all parameters."""
    method = copy.deepcopy(method).train()
    updates = Updates(method.supernet.parameters(), method.architecture, SGD, ADAM, repeatable)
    answers = []
    torch.manual_seed(9)
    for epoch in range(epochs):
        # Without the frozen epoch of pc-darts.
        method.begin_epoch(1 + epoch, 1 + epochs)
        run_step = steps_of_epoch(method, updates, recorder)
        for number, images in enumerate((4, 4, 4, 2)):
            updates.learning_rate = 0.1 / (1 + epoch + number)
            answers.append(run_step(*(_batch(10 * epoch + number + part, images, side) for part in (0, 100))).clone())
    multiply_adds = torch.tensor(method.supernet.multiply_adds)
    return [*answers, multiply_adds, *(parameter.detach() for parameter in method.parameters())]


def _build(name: str, space: str = "nas-bench-201") -> Any:
    torch.manual_seed(1)
    return build_method(name, space, SIZES[space], METHOD_OPTIONS[name])


@pytest.mark.parametrize(("space", "name"), [*(("nas-bench-201", name) for name in REPEATING), ("darts", "pc-darts")])
def test_recorded_steps_train_as_steps_that_are_started_one_by_one(space: str, name: str) -> None:
    method, side = _build(name, space), SIZES[space].resolution
    found, expected = (_train(method, side, recorder) for recorder in (OperationRecorder(), None))
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))


def test_each_epoch_is_recorded_anew() -> None:
    method, recorder = _build("snas"), OperationRecorder()
    found, expected = (_train(method, 8, one, epochs=2) for one in (recorder, None))
    assert all(torch.equal(one, other) for one, other in zip(found, expected, strict=True))
    assert recorder.calls == 2 * ["rehearse", "record", "repeat"]


def test_learning_rates_in_memory_are_those_of_other_searches() -> None:
    method = _build("darts-1")
    for one, other in zip(_train(method, 8, None), _train(method, 8, None, repeatable=False), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_steps_that_differ_are_not_recorded() -> None:
    assert set(METHODS) - set(REPEATING) == {"gdas", "fairnas", "spos", "random"}
    method = _build("gdas")
    assert find_recorder(method, torch.device("cuda", 0) if torch.cuda.is_available() else CPU) is None
    with pytest.raises(RuntimeError, match="reads a number of the device"):
        _train(method, 8, OperationRecorder())


def _search(name: str, path: Path, **changes: Any) -> dict[str, Any]:
    body = one_shot(name, METHOD_OPTIONS[name], **changes)
    body["network"]["channels"] = 8
    return search_supernet({"oneShot": body, "seed": 3, "dataset": None, "checkpoint": str(path)}, CPU, quiet)


@pytest.mark.parametrize("name", ["darts-2", "fairnas"])
def test_bf16_is_near_float32(name: str, tmp_path: Path) -> None:
    exact, rounded = (
        _search(name, tmp_path / f"{precision}.pt", **({} if precision == "float32" else {"precision": precision}))
        for precision in ("float32", "bf16")
    )
    losses = [[epoch["loss"] for epoch in each["epochs"]] for each in (exact, rounded)]
    assert losses[0] != losses[1]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    if exact["alpha"] is not None:
        torch.testing.assert_close(torch.tensor(rounded["alpha"]), torch.tensor(exact["alpha"]), rtol=0, atol=2e-3)


def test_the_hessian_product_keeps_float32() -> None:
    method = _build("darts-2")
    updates = Updates(method.supernet.parameters(), method.architecture, SGD, ADAM)
    vector = [torch.randn_like(weight) for weight in updates.weights]
    products = []
    for precision in ("float32", "bf16"):
        method.supernet.precision = precision
        products.append(method._hessian_product(vector, _batch(1, 4, 8), updates)[0])
        assert method.supernet.precision == precision
    assert torch.equal(*products)
