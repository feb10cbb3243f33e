"""A specification made ready: the batch is drawn and the teacher has been asked, so that candidates can be scored."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.backends import BACKENDS
from rminas_sidecar.data import batch, find_dataset, notes_on
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.evaluation import verification
from rminas_sidecar.evaluation.accuracy import measure_accuracy
from rminas_sidecar.evaluation.arithmetic import Arithmetic
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.observation import TrainingBatch
from rminas_sidecar.evaluation.precision import tensor_cores
from rminas_sidecar.evaluation.specification import Assets, Specification
from rminas_sidecar.evaluation.stopping import NO_BOUNDS, FutilityBounds
from rminas_sidecar.evaluation.trainer import finite, train_on_batch
from rminas_sidecar.networks.flops import count_flops
from rminas_sidecar.networks.teachers import load_teacher


@dataclass(frozen=True)
class Session:
    """Scores and verifies architectures under one specification. Every answer is a function of its arguments."""

    _specification: Specification
    _assets: Assets
    _device: torch.device
    _arithmetic: Arithmetic
    _batch: TrainingBatch
    _report: dict[str, Any]

    @classmethod
    def prepare(
        cls, specification: Mapping[str, Any], assets: Mapping[str, str | None], device: torch.device | str
    ) -> "Session":
        """Reads the data, draws the batch and asks the teacher, once.

        Args:
            specification: the protocol's specification, validated.
            assets: the protocol's assets.
            device: where candidates are trained.

        Raises:
            SidecarError: `missing-file`, `corrupt-file`, `refused-file`, `unsuitable-data`, `unsuitable-teacher`.
        """
        spec, files, target = Specification.from_dict(specification), Assets.from_dict(assets), torch.device(device)
        dataset = _dataset_of(spec)
        training = dataset.read_training(files.dataset)
        teacher = load_teacher(spec.teacher.architecture, files.teacher, dataset.classes).to(target)
        teacher.train(spec.teacher.mode == "train")
        images, labels = batch.draw_pool(training, dataset, spec.batch.pool, spec.seed)
        with deterministic_algorithms():
            images, labels = batch.select(images.to(target), labels.to(target), teacher, spec.batch)
            features, report = _ask_teacher(teacher, images, labels)
            representation = BACKENDS[spec.backend].build_representation_loss(features)
        arithmetic = Arithmetic(spec, target)
        report = {
            "dataset": {"images": len(training), "expected": dataset.expected},
            "batch": report,
            "notes": [*notes_on(dataset, training), *arithmetic.notes()],
        }
        samples = TrainingBatch(arithmetic.lay_out(images), labels, representation)
        return cls(spec, files, target, arithmetic, samples, report)

    def report(self) -> dict[str, Any]:
        """The protocol's `prepared` without `digest` and `seconds`."""
        return self._report

    def evaluate(
        self,
        genotype: str,
        seed: int,
        bounds: FutilityBounds = NO_BOUNDS,
        on_step: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """Trains one architecture on the batch; answers the protocol's evaluation.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights.
            bounds: end the training of an architecture that crosses one.
            on_step: called after each observation of the loss.

        Raises:
            SidecarError: `invalid-genotype`.
        """
        start = time.perf_counter()
        spec = self._specification
        with deterministic_algorithms(), tensor_cores(spec.precision):
            network = self._build(genotype, seed)
            flops = count_flops(network, spec.network.resolution)
            answer = train_on_batch(
                self._arithmetic.prepare(network),
                self._batch,
                spec.optimizer,
                spec.steps,
                spec.beta,
                bounds,
                on_step,
                self._arithmetic.recorder(),
            )
        return {**answer, "flops": flops, "seconds": time.perf_counter() - start}

    def verify(
        self,
        genotype: str,
        seed: int,
        epochs: int,
        batch_size: int,
        learning_rate: float,
        on_progress: verification.OnProgress,
    ) -> dict[str, Any]:
        """Trains one architecture on all training images and measures it; answers the protocol's verification.

        Args:
            genotype: in the space's notation.
            seed: of the initial weights, the order of the images and their augmentation.
            epochs: passes over the training images.
            batch_size: images in an update.
            learning_rate: of the first update; a cosine lets it fall to zero.
            on_progress: called with epochs done, epochs in all, and a note.

        Raises:
            SidecarError: `invalid-genotype`, and whatever reading the data raises.
        """
        start = time.perf_counter()
        dataset = _dataset_of(self._specification)
        held_out = dataset.read_held_out(self._assets.dataset)
        training = dataset.read_training(self._assets.dataset)
        recipe = verification.Recipe(epochs, batch_size, learning_rate, seed)
        with deterministic_algorithms():
            network = self._build(genotype, seed)
            verification.train(network, training, dataset, recipe, self._device, on_progress)
            accuracy = measure_accuracy(network, held_out, dataset, self._device).top1
        return {
            "accuracy": accuracy,
            "trainImages": len(training),
            "heldOutImages": len(held_out),
            "epochs": epochs,
            "seconds": time.perf_counter() - start,
        }

    def _build(self, genotype: str, seed: int) -> nn.Module:
        with seeded(seed):
            network = BACKENDS[self._specification.backend].build_network(self._specification, genotype)
        return network.to(self._device)


def _dataset_of(specification: Specification) -> Dataset:
    return find_dataset(specification.dataset, specification.network.resolution, specification.network.classes)


def _ask_teacher(teacher: nn.Module, images: Tensor, labels: Tensor) -> tuple[list[Tensor], dict[str, Any]]:
    """The teacher's features on the batch, and the protocol's report of the batch."""
    with torch.no_grad():
        features, logits = teacher(images)
    return features, {
        "size": len(labels),
        "teacherLoss": finite(functional.cross_entropy(logits, labels)),
        "teacherAccuracy": float((logits.argmax(1) == labels).float().mean()),
        "digest": batch.digest(images, labels),
    }
