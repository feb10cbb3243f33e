"""The learning rate and the drop path of each epoch, as functions of its number: resuming needs no saved state."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Policy = Literal["cosine", "linear", "step", "exponential"]
_GENTLE_EPOCHS = 5


@dataclass(frozen=True)
class Warmup:
    """In the first epochs, the learning rate grows from `factor` times its value to the full value."""

    epochs: int
    factor: float


@dataclass(frozen=True)
class Schedule:
    """The schedule of the learning rate.

    Args:
        policy: `cosine` falls along half a cosine to the minimum, `linear` in a straight line to 0, `step` by the
            factor at each milestone, and `exponential` by the factor after each epoch.
        warmup: 0 epochs for none.
        minimum: of `cosine`.
        milestones: of `step`, in epochs.
        factor: of `step` and `exponential`.
    """

    policy: Policy
    warmup: Warmup
    minimum: float = 0.0
    milestones: tuple[int, ...] = ()
    factor: float = 1.0


def learning_rate(schedule: Schedule, base: float, epoch: int, epochs: int) -> float:
    """The learning rate of an epoch.

    Args:
        base: the learning rate at the start.
        epoch: counted from 0.
        epochs: in all.
    """
    return _POLICIES[schedule.policy](schedule, base, epoch, epochs) * _growth(schedule.warmup, epoch)


def drop_path_probability(last: float, epoch: int, epochs: int) -> float:
    """The probability in an epoch, counted from 0: proportional to the epochs done (`train.py` of DARTS)."""
    return last * epoch / epochs


def _growth(warmup: Warmup, epoch: int) -> float:
    """Like XNAS's `GradualWarmupScheduler`; with 4 epochs and factor 0.2 like PC-DARTS's `train_imagenet.py`."""
    if epoch >= warmup.epochs:
        return 1.0
    return warmup.factor + (1 - warmup.factor) * epoch / warmup.epochs


def _cosine(schedule: Schedule, base: float, epoch: int, epochs: int) -> float:
    return schedule.minimum + (base - schedule.minimum) * (1 + math.cos(math.pi * epoch / epochs)) / 2


def _linear(_schedule: Schedule, base: float, epoch: int, epochs: int) -> float:
    """`adjust_lr` of PC-DARTS's `train_imagenet.py`: the last five epochs have a gentler slope.

    With fewer than 50 epochs, unlike in the original, this is the last tenth of the epochs.
    """
    gentle = min(_GENTLE_EPOCHS, epochs // 10)
    left = epochs - epoch
    if left > gentle:
        return base * (left - gentle) / (epochs - gentle)
    return base * left / ((epochs - gentle) * gentle)


def _step(schedule: Schedule, base: float, epoch: int, _epochs: int) -> float:
    return base * schedule.factor ** sum(epoch >= milestone for milestone in schedule.milestones)


def _exponential(schedule: Schedule, base: float, epoch: int, _epochs: int) -> float:
    return float(base * schedule.factor**epoch)


_POLICIES: dict[Policy, Callable[[Schedule, float, int, int], float]] = {
    "cosine": _cosine,
    "linear": _linear,
    "step": _step,
    "exponential": _exponential,
}
