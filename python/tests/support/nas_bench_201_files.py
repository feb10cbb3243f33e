"""Small files in the genuine structure of NAS-Bench-201's and NATS-Bench's, with figures drawn at random.

Every figure differs from every other, so that one that is taken for another shows. As in the published files, how many
seeds there are differs from architecture to architecture. In version 1.0 the short training is on cifar10-valid only,
and the long one has no times.
"""

import bz2
import pickle
import random
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from support.nas_bench_201_order import cell

CLASSES = {"cifar10-valid": 10, "cifar10": 10, "cifar100": 100, "ImageNet16-120": 120}
EVALUATIONS = {
    "cifar10-valid": ["x-valid", "ori-test"],
    "cifar10": ["ori-test"],
    "cifar100": ["ori-test", "x-valid", "x-test"],
    "ImageNet16-120": ["ori-test", "x-valid", "x-test"],
}
SEEDS = (777, 888, 999)


def training(draw: random.Random, dataset: str, genotype: str, seed: int, epochs: int, timed: bool) -> dict[str, Any]:
    """The state of a `ResultsCount`."""

    def curve(least: float, most: float) -> OrderedDict[int, float]:
        return OrderedDict((epoch, draw.uniform(least, most)) for epoch in range(epochs))

    names = EVALUATIONS[dataset]
    keys = [f"{name}@{epoch}" for name in names for epoch in range(epochs)]
    return {
        "name": "infer.tiny",
        "net_state_dict": None,
        "train_acc1es": curve(0, 100),
        "train_acc5es": curve(0, 100),
        "train_losses": curve(0, 5),
        "train_times": curve(5, 50) if timed else None,
        "arch_config": {"name": "infer.tiny", "channel": 16, "num_cells": 5, "arch_str": genotype},
        # The published files have numpy's numbers where parameters were counted by it.
        "params": np.float64(draw.uniform(0.07, 1.6)) if seed == 777 else draw.uniform(0.07, 1.6),
        "flop": draw.uniform(7, 220),
        "seed": seed,
        "epochs": epochs,
        "latency": None if seed == 999 else [draw.uniform(0.01, 0.03) for _ in range(3)],
        "eval_names": names,
        "eval_acc1es": {key: draw.uniform(0, 100) for key in keys},
        "eval_losses": {key: draw.uniform(0, 5) for key in keys},
        "eval_times": {key: draw.uniform(1, 3) for key in keys} if timed else {},
    }


def trained(
    draw: random.Random, number: int, datasets: list[str], seeds: dict[str, list[int]], epochs: int, timed: bool = True
) -> dict[str, Any]:
    """The state of an `ArchResults`."""
    return {
        "arch_index": number,
        "arch_str": cell(number),
        "all_results": {
            (dataset, seed): training(draw, dataset, cell(number), seed, epochs, timed)
            for dataset in datasets
            for seed in seeds[dataset]
        },
        "dataset_seed": {dataset: seeds[dataset] for dataset in datasets},
        "clear_net_done": True,
    }


def content(architectures: int, version: str = "1.1", lengths: tuple[str, str] = ("less", "full")) -> dict[str, Any]:
    """What a file holds, of the first architectures; NATS-Bench calls the lengths of training 12 and 200."""
    draw = random.Random(f"{version}{lengths}")
    infos = OrderedDict()
    for number in range(architectures):
        seeds = {dataset: sorted(draw.sample(SEEDS, draw.randint(1, 3))) for dataset in CLASSES}
        short = ["cifar10-valid"] if version == "1.0" else list(CLASSES)
        infos[number] = {
            lengths[0]: trained(draw, number, short, {name: [777] for name in CLASSES}, 12),
            lengths[1]: trained(draw, number, list(CLASSES), seeds, 200, version != "1.0"),
        }
    return {
        "meta_archs": [cell(number) for number in range(architectures + 3)],
        "total_archs": architectures + 3,
        "arch2infos": infos,
        "evaluated_indexes": set(infos),
    }


def save_pth(table: object, file: Path, legacy: bool = False) -> Path:
    """As PyTorch 1.6 and newer, or as older ones, save."""
    torch.save(table, file, _use_new_zipfile_serialization=not legacy)
    return file


def save_bz2(table: object, file: Path) -> Path:
    """As NATS-Bench saves."""
    with bz2.open(file, "wb") as stream:
        pickle.dump(table, stream, protocol=4)
    return file


def save_folder(table: dict[str, Any], folder: Path) -> Path:
    """As NATS-Bench's `simple` folder: a file for each architecture, and one of all their names."""
    folder.mkdir()
    save_bz2({key: table[key] for key in ("meta_archs", "total_archs")}, folder / "meta.pickle.pbz2")
    for number, info in table["arch2infos"].items():
        save_bz2(info, folder / f"{number:06d}.pickle.pbz2")
    return folder
