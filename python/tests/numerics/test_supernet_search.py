"""Searches with a supernet: learning rates, exact resumption, and errors."""

import random
from pathlib import Path
from typing import Any

import pytest
import torch

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks.darts_genotype import parse_relaxed
from rminas_sidecar.supernets.catalogue import METHODS
from rminas_sidecar.supernets.recipe import OneShot
from rminas_sidecar.supernets.search import learning_rate_at, search_supernet
from support.killed import train_until
from support.retraining import Interrupted, essence, quiet
from support.supernets import METHOD_OPTIONS, one_shot

CPU = torch.device("cpu")


def test_the_learning_rate_falls_along_a_cosine() -> None:
    for rate_per, middle in (("step", 0.013), ("epoch", 0.025)):
        recipe = OneShot.from_dict(one_shot("darts-1", {}, epochs=1, ratePer=rate_per), 1).recipe
        assert learning_rate_at(recipe, 0, 0) == 0.025
        assert learning_rate_at(recipe, 0, 0.5) == pytest.approx(middle)


def _request(name: str, checkpoint: Path, **changes: Any) -> dict[str, Any]:
    body = one_shot(name, METHOD_OPTIONS[name], **changes)
    return {"oneShot": body, "seed": 3, "dataset": None, "checkpoint": str(checkpoint)}


def _essence(answer: dict[str, Any]) -> dict[str, Any]:
    return {**essence(answer), "judging": None}


@pytest.mark.parametrize("name", METHODS)
def test_interrupted_at_any_step_it_ends_as_uninterrupted(name: str, tmp_path: Path) -> None:
    whole = search_supernet(_request(name, tmp_path / "whole.pt"), CPU, quiet)

    def stop_there(done: float, _total: float, _note: str) -> None:
        # In the second epoch.
        if done > 1:
            raise Interrupted

    with pytest.raises(Interrupted):
        search_supernet(_request(name, tmp_path / "parts.pt"), CPU, stop_there)
    torch.manual_seed(99)
    resumed = search_supernet(_request(name, tmp_path / "parts.pt"), CPU, quiet)
    assert resumed["resumedFrom"] == 1
    assert _essence(resumed) == _essence(whole)
    assert whole["genotype"].count("~") == 6


def test_killed_at_any_step_it_ends_as_uninterrupted(tmp_path: Path) -> None:
    changes = {"epochs": 5}
    whole = train_until(search_supernet, _request("gdas", tmp_path / "whole.pt", **changes), lambda *_: False)
    assert whole is not None
    drawn = random.Random(5)
    request = _request("gdas", tmp_path / "parts.pt", **changes)
    # Two steps are an epoch: after the last one of an epoch, the checkpoint is being written.
    for steps in (2, *(drawn.randint(3, 5) for _ in range(2))):
        train_until(search_supernet, request, lambda taken, _, steps=steps: taken >= steps)
    resumed = train_until(search_supernet, request, lambda *_: False)
    assert resumed is not None
    assert resumed["resumedFrom"] > 0
    assert _essence(resumed) == _essence(whole)


def test_random_paths_of_the_darts_space_are_genotypes(tmp_path: Path) -> None:
    request = _request("random", tmp_path / "one.pt", epochs=1, images=16, judgedImages=8)
    request["oneShot"] |= {"space": "darts", "network": {"channels": 4, "cells": 3, "classes": 10, "resolution": 8}}
    answer = search_supernet(request, CPU, quiet)
    assert answer["judging"]["paths"] == 4
    genotype = parse_relaxed(answer["genotype"])
    for cell in (genotype.normal, genotype.reduce):
        assert sorted(cell.targets) == [2, 2, 3, 3, 4, 4, 5, 5]
        assert len({(edge.source, target) for edge, target in zip(cell.edges, cell.targets, strict=True)}) == 8


def test_another_method_does_not_take_the_checkpoint(tmp_path: Path) -> None:
    search_supernet(_request("spos", tmp_path / "one.pt", epochs=1), CPU, quiet)
    with pytest.raises(SidecarError, match="belongs to a training of another network"):
        search_supernet(_request("random", tmp_path / "one.pt", epochs=1), CPU, quiet)


def test_too_few_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SidecarError, match="too few to split") as refusal:
        search_supernet(_request("spos", tmp_path / "one.pt", trainShare=0.0001), CPU, quiet)
    assert refusal.value.code == "unsuitable-data"


def test_a_loss_that_is_not_finite_is_told(tmp_path: Path) -> None:
    request = _request("darts-1", tmp_path / "one.pt")
    request["oneShot"]["recipe"]["optimizer"] |= {"learningRate": 1e30}
    with pytest.raises(SidecarError, match="not finite") as refusal:
        search_supernet(request, CPU, quiet)
    assert refusal.value.code == "diverged"
