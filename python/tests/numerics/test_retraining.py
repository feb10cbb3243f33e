"""Whole retrainings on real digits: their results and dependencies."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.data.image_folder import ImageFiles
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.nas_bench_201 import NasBench201Network
from rminas_sidecar.retraining.images import read_images, training_batches
from rminas_sidecar.retraining.recipe import Retraining
from rminas_sidecar.retraining.retrain import retrain
from support.retraining import bits, quiet, request_for
from support.tiny_data import write_imagenet

Build = Callable[..., dict[str, Any]]
CPU = torch.device("cpu")


def test_it_learns(retraining: Build, tmp_path: Path) -> None:
    body = retraining(network={"channels": 4}, recipe={"epochs": 5, "batchSize": 64, "measureEvery": 2})
    answer = retrain(request_for(body, tmp_path / "c.pt"), CPU, quiet)
    losses = [epoch["loss"] for epoch in answer["epochs"]]
    assert losses[-1] < 0.3 * losses[0]
    measured = [epoch["epoch"] for epoch in answer["epochs"] if epoch["accuracy"] is not None]
    assert measured == [2, 4, 5]
    assert answer["epochs"][-1]["accuracy"] > 0.9
    assert 0.99 < answer["epochs"][-1]["top5"] <= 1
    assert (answer["trainImages"], answer["testImages"], answer["notes"]) == (1437, 360, [])
    assert answer["resumedFrom"] == 0
    assert answer["epochs"][0]["learningRate"] == 0.1


def test_against_a_plain_loop(retraining: Build, tmp_path: Path) -> None:
    """The updates are those of torch's SGD on the batches, with the gradient clipped as torch does."""
    recipe = {"epochs": 2, "labelSmoothing": 0.1, "optimizer": {**_sgd(), "gradientNorm": 0.5}}
    body = retraining(recipe={**retraining()["recipe"], **recipe})
    retrain(request_for(body, tmp_path / "c.pt", seed=7), CPU, quiet)
    plan = Retraining.from_dict(body, 7)
    torch.manual_seed(7)
    network = NasBench201Network(body["genotype"], 2, 1, 10)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    for epoch, rate in enumerate((0.1, 0.05)):
        sgd.param_groups[0]["lr"] = rate
        for images, labels in training_batches(read_images(plan, None), plan, epoch):
            sgd.zero_grad()
            functional.cross_entropy(network(images)[1], labels, label_smoothing=0.1).backward()
            nn.utils.clip_grad_norm_(network.parameters(), 0.5)
            sgd.step()
    trained = torch.load(tmp_path / "c.pt", weights_only=True)["state_dict"]
    for name, value in network.state_dict().items():
        torch.testing.assert_close(trained[name], value, rtol=1e-5, atol=1e-6)


def _sgd() -> dict[str, Any]:
    return {"learningRate": 0.1, "momentum": 0.9, "dampening": 0, "nesterov": True, "weightDecay": 0.0005}


def test_weights_depend_on_seed_and_recipe_alone(retraining: Build, tmp_path: Path) -> None:
    def train(seed: int = 1, **recipe: Any) -> list[bytes]:
        checkpoint = tmp_path / f"{len(list(tmp_path.iterdir()))}.pt"
        retrain(request_for(retraining(recipe={"epochs": 1, **recipe}), checkpoint, seed), CPU, quiet)
        return bits(checkpoint)

    first = train()
    torch.manual_seed(99)
    assert train() == first
    assert train(measureEvery=5) == first
    for changed in (train(seed=2), train(cutout=0), train(batchSize=128), train(labelSmoothing=0.1)):
        assert changed != first


def test_progress_leads_through_the_epochs(retraining: Build, tmp_path: Path) -> None:
    reports: list[tuple[float, float, str]] = []
    body = retraining(recipe={"epochs": 2})
    retrain(request_for(body, tmp_path / "c.pt"), CPU, lambda *report: reports.append(report))
    done = [report[0] for report in reports]
    assert done == sorted(done)
    assert len(done) == 2 * 6 + 1
    assert done[5] == 1
    assert reports[-1][:2] == (2, 2)
    assert reports[0][2] == "first epoch"
    assert "loss" in reports[6][2] and "test accuracy" in reports[6][2]


def test_photographs_are_decoded_when_they_are_trained_on(
    retraining: Build, darts: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network for ImageNet, on a folder of photographs: no more than two batches are decoded at once."""
    write_imagenet(tmp_path, 13, 0)
    changes = darts(batchSize=4, epochs=1, labelSmoothing=0.1, dropPath=0, cutout=0)
    changes["network"] |= {"classes": 1000, "resolution": 64}
    body = retraining(**changes, dataset="imagenet")
    decoded: list[int] = []
    augmented = ImageFiles.augmented

    def watched(self: ImageFiles, chosen: Tensor, generator: torch.Generator) -> Tensor:
        decoded.append(len(chosen))
        return augmented(self, chosen, generator)

    monkeypatch.setattr(ImageFiles, "augmented", watched)
    request = {**request_for(body, tmp_path / "c.pt"), "dataset": str(tmp_path)}
    answer = retrain(request, CPU, lambda *_: decoded.append(0))
    assert (answer["trainImages"], answer["testImages"]) == (13, 10)
    assert answer["notes"] == ["imagenet is partial: 13 of 1,281,167 training images were found."]
    # A zero for each update, and one for the end; a single image left over joined the batch before.
    assert [count for count in decoded if count] == [4, 4, 5]
    for update, position in enumerate([place for place, count in enumerate(decoded) if count == 0][:3], start=1):
        assert len([count for count in decoded[:position] if count]) <= update + 1


def test_a_loss_that_is_not_finite_ends_the_training(retraining: Build, tmp_path: Path) -> None:
    body = retraining(recipe={"optimizer": {**_sgd(), "learningRate": 1e30}})
    with pytest.raises(SidecarError, match=r"epoch 1 of seed 1, at learning rate 1e\+30") as error:
        retrain(request_for(body, tmp_path / "c.pt"), CPU, quiet)
    assert error.value.code == "diverged"
    assert not (tmp_path / "c.pt").exists()


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"genotype": "|none~0|"}, "invalid-genotype", "Not a NAS-Bench-201 genotype"),
        ({"space": "darts"}, "invalid-genotype", "Not a DARTS genotype"),
        ({"network": {"classes": 100}}, "unsuitable-data", "digits has 10 classes"),
        ({"network": {"resolution": 32}}, "unsuitable-data", "8 pixels a side, not 32"),
        ({"dataset": "cifar10", "network": {"resolution": 32}}, "missing-file", "no folder was named"),
    ],
)
def test_impossible_retrainings_are_refused(
    retraining: Build, tmp_path: Path, changes: dict[str, Any], code: str, text: str
) -> None:
    with pytest.raises(SidecarError, match=text) as error:
        retrain(request_for(retraining(**changes), tmp_path / "c.pt"), CPU, quiet)
    assert error.value.code == code
    assert not list(tmp_path.iterdir())
