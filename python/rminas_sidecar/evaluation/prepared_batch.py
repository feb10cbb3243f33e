"""The prepared batch of a specification: images, labels and the teacher's reference for the representation loss.

It is prepared once: the first worker publishes it in memory of this machine, which the others map. On a device with
memory of its own, the first worker of the device copies it there, and the others of that device map the copy.
"""

import io
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.backends import BACKENDS
from rminas_sidecar.data import batch
from rminas_sidecar.data.datasets import find_dataset, notes_on
from rminas_sidecar.evaluation.arithmetic import Arithmetic
from rminas_sidecar.evaluation.determinism import deterministic_algorithms
from rminas_sidecar.ipc.device_memory import Handle, open_shared, share
from rminas_sidecar.objective.observation import finite_or_none
from rminas_sidecar.specification import Assets, Specification
from rminas_sidecar.teachers import ExaminedTeacher, prepare_teacher


@dataclass(frozen=True)
class PreparedBatch:
    """Shared by all sessions of one specification.

    Args:
        images: samples × 3 × height × width, float32, normalised, in the memory layout for training.
        labels: samples, int64.
        reference: the teacher's part of the representation loss, one tensor a stage.
        report: the protocol's `prepared` without `digest`, `seconds` and notes on the machine.
        handles: of the tensors, for other processes of the device; None where they cannot be shared.
        borrowed: whether the tensors lie in memory that another process of the device owns.
    """

    images: Tensor
    labels: Tensor
    reference: list[Tensor]
    report: dict[str, Any]
    handles: Sequence[Handle] | None = None
    borrowed: bool = False

    @classmethod
    def shared(
        cls,
        specification: Specification,
        assets: Assets,
        arithmetic: Arithmetic,
        memory: Path | None,
        copy: Sequence[Handle] | None = None,
    ) -> "PreparedBatch":
        """Maps the prepared batch from a file; prepares it first and fills the file if that is empty.

        Args:
            memory: a file that no other process fills at the same time. If it cannot be opened or filled, or for None,
                the batch is only returned.
            copy: the handles of another process of the same device. If they cannot be opened, or for None, this process
                copies the batch to its device.

        Raises:
            SidecarError: see :meth:`prepare`.
        """
        if memory is None or not os.access(memory, os.R_OK):
            return cls.prepare(specification, assets, arithmetic)
        if memory.stat().st_size == 0:
            prepared = cls.prepare(specification, assets, arithmetic)
            if not prepared._fill(memory):
                return prepared
        return cls._map(memory)._on(arithmetic.device, copy)

    @classmethod
    def prepare(cls, spec: Specification, assets: Assets, arithmetic: Arithmetic) -> "PreparedBatch":
        """Reads the data, draws the batch and runs the teacher.

        Raises:
            SidecarError: `unknown-name`, `missing-file`, `corrupt-file`, `refused-file`, `unsuitable-data`,
                `unsuitable-teacher`, `plugin-failed`.
        """
        device = arithmetic.device
        dataset = find_dataset(spec.dataset, spec.network.resolution, spec.network.classes, spec.images)
        training = dataset.read_training(assets.dataset)
        examined = prepare_teacher(spec.teacher, assets, dataset.classes, device)
        images, labels = batch.draw_pool(training, dataset, spec.batch.pool, spec.seed)
        with deterministic_algorithms():
            pool = labels.to(device)
            estimate = examined.estimate if spec.arithmetic == "compiled" else None
            images, labels = batch.select(images.to(device), pool, examined, spec.batch, estimate)
            features, report = _run_teacher(examined, images, labels)
            reference = BACKENDS[spec.backend].reference(features)
        report = {
            "dataset": {"images": len(training), "expected": dataset.expected or len(training)},
            "batch": report,
            "notes": [*notes_on(dataset, training), *examined.notes(pool)],
        }
        # The teacher sees images at full resolution, and candidates may see smaller ones.
        return cls(arithmetic.lay_out(dataset.shrink(images)), labels, reference, report)

    def _fill(self, memory: Path) -> bool:
        """Writes it to the file; answers whether that succeeded."""
        parts = {"images": self.images, "labels": self.labels, "reference": self.reference, "report": self.report}
        content = io.BytesIO()
        torch.save(parts, content)
        try:
            memory.write_bytes(content.getbuffer())
        except OSError:
            with suppress(OSError):
                memory.write_bytes(b"")
            return False
        return True

    @classmethod
    def _map(cls, memory: Path) -> "PreparedBatch":
        # Mapped, so that the workers share the pages.
        parts = torch.load(memory, map_location="cpu", mmap=True, weights_only=True)
        return cls(parts["images"], parts["labels"], parts["reference"], parts["report"])

    def _on(self, device: torch.device, copy: Sequence[Handle] | None) -> "PreparedBatch":
        borrowed = None if copy is None else open_shared(copy, device)
        tensors = borrowed or [part.to(device) for part in (self.images, self.labels, *self.reference)]
        return replace(
            self,
            images=tensors[0],
            labels=tensors[1],
            reference=tensors[2:],
            handles=None if borrowed else share(tensors),
            borrowed=borrowed is not None,
        )


def _run_teacher(teacher: ExaminedTeacher, images: Tensor, labels: Tensor) -> tuple[list[Tensor], dict[str, Any]]:
    """The teacher's features of the batch, and the protocol's report of the batch."""
    with torch.no_grad():
        features, logits = teacher(images)
    report: dict[str, Any] = {"size": len(labels), "teacherLoss": None, "teacherAccuracy": None}
    if teacher.judges:
        report["teacherLoss"] = finite_or_none(functional.cross_entropy(logits, labels))
        report["teacherAccuracy"] = float((logits.argmax(1) == labels).float().mean())
    return features, {**report, "digest": batch.digest(images, labels)}
