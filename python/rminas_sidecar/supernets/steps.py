"""The steps of an epoch: started one operation at a time, or recorded once and repeated."""

from collections.abc import Callable

import torch
from torch import Tensor

from rminas_sidecar.evaluation.training import CudaRecorder, RecordedStep, Recorder
from rminas_sidecar.supernets.method import Batch, Method
from rminas_sidecar.supernets.updates import Updates

Step = Callable[[Batch, Batch], Tensor]
"""Runs a step on a training and a validation batch; answers the training loss, which the next step may overwrite."""


def find_recorder(method: Method, device: torch.device) -> Recorder | None:
    """A recorder for the steps of a search; None where its steps differ, or the device records none."""
    return CudaRecorder(device) if method.repeats and device.type == "cuda" else None


def steps_of_epoch(method: Method, updates: Updates, recorder: Recorder | None) -> Step:
    """The steps of an epoch that has begun."""
    if recorder is None:
        return lambda training, validation: method.step(training, validation, updates)
    return RecordedSteps(method, updates, recorder)


class RecordedSteps:
    """Repeats a recorded step on the batches of an epoch.

    Each epoch is recorded anew, because temperatures and frozen parameters change between epochs. The learning rate may
    change with each step. A batch of another size than the first one, as at the end of an epoch, is not recorded.

    Args:
        method: with `repeats`; in training mode.
        updates: repeatable.
        recorder: of the whole step.
    """

    def __init__(self, method: Method, updates: Updates, recorder: Recorder) -> None:
        self._method, self._updates = method, updates
        self._repeat = RecordedStep(self._run, recorder)
        self._batches: tuple[Batch, Batch] | None = None
        self._loss: Tensor | None = None
        self._cost: int | None = None

    def __call__(self, training: Batch, validation: Batch) -> Tensor:
        """See :data:`Step`."""
        if self._batches is None:
            self._batches = training, validation
        elif training.images.shape != self._batches[0].images.shape:
            return self._method.step(training, validation, self._updates)
        else:
            for memory, batch in zip(self._batches, (training, validation), strict=True):
                memory.images.copy_(batch.images)
                memory.labels.copy_(batch.labels)
        return self._count()

    def _count(self) -> Tensor:
        """Runs the step. A repeated one does not count its multiply-adds by itself."""
        supernet = self._method.supernet
        before = supernet.multiply_adds
        self._repeat()
        if self._cost is None:
            self._cost = supernet.multiply_adds - before
        supernet.multiply_adds = before + self._cost
        assert self._loss is not None
        return self._loss

    def _run(self) -> None:
        assert self._batches is not None
        self._loss = self._method.step(*self._batches, self._updates)
