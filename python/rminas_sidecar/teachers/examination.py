"""Checks what a teacher answers, before any candidate is compared with it."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rminas_sidecar.data.batch import Estimate
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.teachers.compiled import estimate_logits

_DEVIATIONS = 2
"""Standard deviations above chance from which on an accuracy is hardly a coincidence."""


class ExaminedTeacher:
    """A teacher whose answers are checked at each call.

    Args:
        teacher: answers (features, logits).
        source: its checkpoint or name, as the subject of a sentence.
        next_steps: how to get another one.
        judges: whether its classes are those of the data set.
    """

    def __init__(self, teacher: nn.Module, source: str, next_steps: Sequence[str], judges: bool = True) -> None:
        self._teacher = teacher
        self._source = source
        self._next_steps = next_steps
        self._judges = judges
        self._first: Tensor | None = None

    @property
    def judges(self) -> bool:
        """Whether its classes are those of the data set."""
        return self._judges

    def __call__(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """The features and logits of images; see the teacher.

        Raises:
            SidecarError: `unsuitable-teacher` for answers that are not finite, not floating-point numbers or all zero.
        """
        features, logits = self._teacher(images)
        for stage, answer in enumerate(features, 1):
            self._check(answer, f"its features of stage {stage}")
        self._check(logits, "its logits")
        if self._first is None:
            self._first = logits
        return features, logits

    def estimate(self, images: Tensor) -> Estimate | None:
        """Approximate logits in less time than a call; None where no program computes them."""
        estimate = estimate_logits(self._teacher, images)
        if estimate is not None and self._first is None:
            self._first = estimate.logits
        return estimate

    def notes(self, labels: Tensor) -> list[str]:
        """A note if the teacher is not better than chance on the images of its first call.

        Args:
            labels: of these images, int64.
        """
        if self._first is None or not self._judges:
            return []
        count, classes = self._first.shape
        right = int((self._first.argmax(1) == labels).sum())
        chance = 1 / classes
        if right > count * chance + _DEVIATIONS * math.sqrt(count * chance * (1 - chance)):
            return []
        return [
            f"The teacher is not better than chance: it classifies {right} of {count:,} drawn images correctly, and "
            f"chance is {count * chance:.0f}. Check that {self._object()} was trained on this data set."
        ]

    def _object(self) -> str:
        """The source within a sentence."""
        return self._source.replace("The teacher", "the teacher", 1)

    def _check(self, answer: Tensor, name: str) -> None:
        problem = _problem_of(answer)
        if problem is None:
            return
        problem = f"{name} {problem}"
        raise SidecarError("unsuitable-teacher", f"{self._source} cannot teach: {problem}.", self._next_steps)


def _problem_of(answer: Tensor) -> str | None:
    """Why no candidate can be compared with an answer; None where it can."""
    if not answer.is_floating_point():
        return f"are of the type {answer.dtype}, not floating-point numbers"
    # Both are NaN where one number is. This takes a fiftieth of the time of `torch.isfinite`, and no memory.
    least, greatest = map(float, torch.aminmax(answer)) if answer.numel() else (0.0, 0.0)
    if not (math.isfinite(least) and math.isfinite(greatest)):
        return "on the drawn images are not finite"
    return "on the drawn images are all zero" if least == greatest == 0 else None
