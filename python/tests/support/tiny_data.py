"""Writes tiny data sets and teachers in the genuine formats of the published ones.

The data sets have few images, all classes, made-up pixels: a colour for each class, and noise. The teachers have the
published architectures, key names and shapes, and untrained weights; tensors of one shape share their numbers, so that
a file of ResNet-101 has 25 MB instead of 170.

    python tiny_data.py --dataset cifar100 --out FOLDER [--images 128] [--seed 0]

writes into FOLDER, which is then a data folder of rminas, and prints the paths as JSON: `dataset` and `teacher`.
"""

import argparse
import json
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from rminas_sidecar.teachers import build_teacher
from rminas_sidecar.teachers.nas_bench_201_9930 import ARCHITECTURE

Write = Callable[[Path, int, int], None]

_TRAININGS = (("cifar10-valid", 777), ("ImageNet16-120", 777), ("ImageNet16-120", 888))


def _draw(labels: list[int], side: int, seed: int) -> np.ndarray:
    """uint8, images × 3 × side × side."""
    colours = np.random.default_rng(0).integers(0, 176, (1001, 3, 1, 1))
    noise = np.random.default_rng(seed).integers(0, 80, (len(labels), 3, side, side))
    return (colours[labels] + noise).astype(np.uint8)


def _rows(labels: list[int], side: int, seed: int) -> np.ndarray:
    return _draw(labels, side, seed).reshape(len(labels), -1)


def write_cifar10(folder: Path, images: int, seed: int) -> None:
    """Five training batches and a test batch, pickled as Python 2 did it."""
    parts = [(f"data_batch_{number}", list(range(images))[number - 1 :: 5]) for number in range(1, 6)]
    for place, (name, numbers) in enumerate([*parts, ("test_batch", list(range(max(10, images // 4))))]):
        labels = [number % 10 for number in numbers]
        names = [b"image_%d.png" % number for number in numbers]
        entry = {b"batch_label": name.encode(), b"labels": labels, b"data": _rows(labels, 32, seed + place)}
        (folder / name).write_bytes(pickle.dumps({**entry, b"filenames": names}, 2))


def write_cifar100(folder: Path, images: int, seed: int) -> None:
    """A training and a test file, with fine and coarse labels."""
    for place, (name, count) in enumerate((("train", images), ("test", max(10, images // 4)))):
        fine = [number % 100 for number in range(count)]
        labels = {b"fine_labels": fine, b"coarse_labels": [label // 5 for label in fine]}
        names = [b"image_%d.png" % number for number in range(count)]
        entry = {b"filenames": names, b"batch_label": name.encode(), **labels, b"data": _rows(fine, 32, seed + place)}
        (folder / name).write_bytes(pickle.dumps(entry, 2))


def write_imagenet16(folder: Path, images: int, seed: int) -> None:
    """Ten training batches and the validation batch, with labels from 1 and the mean image.

    Every fourth image is of one of the 880 classes that NAS-Bench-201 leaves out; `images` counts the others.
    """
    numbers = range(images + images // 3)
    labels = [121 + number % 880 if number % 4 == 3 else 1 + number % 120 for number in numbers]
    parts = [(f"train_data_batch_{place + 1}", labels[place::10]) for place in range(10)]
    for place, (name, inside) in enumerate([*parts, ("val_data", labels[: max(10, images // 4)])]):
        data = _rows(inside, 16, seed + place)
        entry = {"data": data, "labels": inside, "mean": data.mean(0) if len(data) else np.zeros(768)}
        (folder / name).write_bytes(pickle.dumps(entry, 3))


def write_imagenet(folder: Path, images: int, seed: int) -> None:
    """JPEG photographs of several sizes in 1,000 folders of classes, most of which are empty."""
    for part, count in (("train", images), ("val", max(10, images // 4))):
        classes = [folder / part / f"n{1_440_764 + 97 * number:08d}" for number in range(1000)]
        for path in classes:
            path.mkdir(parents=True)
        for number in range(count):
            label = 37 * number % 1000
            pixels = _draw([label], 40 + number % 9, seed + number)[0, :, :, : 40 + number % 5]
            photograph = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
            photograph.save(classes[label] / f"{classes[label].name}_{number}.JPEG", quality=90)


def make_state(architecture: str, seed: int = 0, classes: int | None = None) -> "OrderedDict[str, Tensor]":
    """Untrained weights of a teacher under its published key names."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        state = build_teacher(architecture, classes).state_dict()
    shared: dict[tuple[str, torch.Size], Tensor] = {}
    kinds = {name: (name.rpartition(".")[2], value.shape) for name, value in state.items()}
    return OrderedDict((name, shared.setdefault(kinds[name], value)) for name, value in state.items())


def write_teacher(architecture: str, path: Path, seed: int = 0) -> None:
    """Writes a checkpoint as it is published: the architecture's dress, and torch's format of that time."""
    state = make_state(architecture, seed)
    content: Any = state
    if architecture == "resnet20":
        dressed = OrderedDict((f"module.{name}", value) for name, value in state.items())
        content = {"state_dict": dressed, "best_prec1": 91.73}
    elif architecture == "nas-bench-201-9930":
        content = {"full": make_results(state), "less": make_results(None)}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path, _use_new_zipfile_serialization=False)


def make_results(state: "OrderedDict[str, Tensor] | None") -> dict[str, Any]:
    """What NAS-Bench-201 keeps of the trainings of architecture 9930; the weights in the one on ImageNet16-120."""
    results = OrderedDict()
    for training in _TRAININGS:
        classes = 120 if training[0] == "ImageNet16-120" else 10
        config = {"channel": 16, "num_cells": 5, "arch_str": ARCHITECTURE, "class_num": classes}
        curve = {epoch: 50.0 + epoch for epoch in range(3)}
        results[training] = {
            "name": "infer.tiny",
            "net_state_dict": state if training == ("ImageNet16-120", 777) else None,
            "train_acc1es": curve,
            "arch_config": config,
            # NumPy's numbers, as counting the parameters gives them.
            "params": np.float64(1.289),
            "flop": np.float64(40.3),
            "seed": training[1],
            "epochs": 3,
            "latency": [np.float32(0.02)],
        }
    return {
        "arch_index": 9930,
        "arch_str": ARCHITECTURE,
        "all_results": results,
        "dataset_seed": {"ImageNet16-120": [777, 888], "cifar10-valid": [777]},
        "clear_net_done": False,
    }


class _Published(NamedTuple):
    """Where a data folder of rminas has a data set and its teacher."""

    folder: str
    write: Write
    teacher: str
    checkpoint: str


PUBLISHED = {
    "cifar10": _Published("cifar-10-batches-py", write_cifar10, "resnet20", "resnet20.th"),
    "cifar100": _Published("cifar-100-python", write_cifar100, "resnet101", "resnet101.pth"),
    "imagenet16-120": _Published("ImageNet16", write_imagenet16, "nas-bench-201-9930", "009930-FULL.pth"),
    "imagenet": _Published("imagenet", write_imagenet, "fbresnet152", "fbresnet152.pth"),
}


def write_dataset(name: str, out: Path, images: int = 128, seed: int = 0) -> Path:
    """Writes a data set into a data folder.

    Returns:
        The data set's own folder.
    """
    published = PUBLISHED[name]
    folder = out / published.folder
    folder.mkdir(parents=True)
    published.write(folder, images, seed)
    return folder


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Writes a tiny data set and its teacher in their genuine formats.")
    parser.add_argument("--dataset", choices=sorted(PUBLISHED), required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--images", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    published = PUBLISHED[options.dataset]
    folder = write_dataset(options.dataset, options.out, options.images, options.seed)
    checkpoint = options.out / "teachers" / published.checkpoint
    write_teacher(published.teacher, checkpoint, options.seed)
    print(json.dumps({"dataset": str(folder), "teacher": str(checkpoint)}))


if __name__ == "__main__":
    main()
