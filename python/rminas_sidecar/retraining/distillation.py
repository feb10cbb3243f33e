"""Learning from a teacher's probabilities (Hinton, Vinyals and Dean, 2015, "Distilling the Knowledge in a Neural
Network")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.data.datasets import find_dataset
from rminas_sidecar.data.images import Dataset
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.retraining.recipe import DistillationRecipe, Retraining
from rminas_sidecar.specification import Assets
from rminas_sidecar.teachers import prepare_teacher


@dataclass(frozen=True)
class Distillation:
    """The teacher's part of the loss.

    Args:
        recipe: weight and temperature.
        teacher: answers (features, logits) in evaluation mode, on the device.
        own: the data set as the network sees it.
        seen: the data set as the teacher was trained on it; its mean and deviation may differ.
    """

    recipe: DistillationRecipe
    teacher: Callable[[Tensor], tuple[list[Tensor], Tensor]]
    own: Dataset
    seen: Dataset

    def mix(self, loss: Tensor, logits: Tensor, images: Tensor) -> Tensor:
        """The loss of the labels and that of the teacher, weighted.

        Args:
            loss: of the labels.
            logits: of the network, batch × classes.
            images: the batch, normalised for the network.
        """
        with torch.no_grad():
            _, taught = self.teacher(self._normalised_for_teacher(images))
        weight, temperature = self.recipe.weight, self.recipe.temperature
        target = functional.softmax(taught / temperature, dim=1)
        found = functional.log_softmax(logits / temperature, dim=1)
        # The gradient of the softened loss falls with the square of the temperature.
        divergence = functional.kl_div(found, target, reduction="batchmean") * temperature**2
        return (1 - weight) * loss + weight * divergence

    def _normalised_for_teacher(self, images: Tensor) -> Tensor:
        if (self.own.mean, self.own.deviation) == (self.seen.mean, self.seen.deviation):
            return images
        own, seen = (_statistics(dataset, images) for dataset in (self.own, self.seen))
        return (images * own[1] + own[0] - seen[0]) / seen[1]


def _statistics(dataset: Dataset, like: Tensor) -> tuple[Tensor, Tensor]:
    return tuple(like.new_tensor(values)[:, None, None] for values in (dataset.mean, dataset.deviation))  # type: ignore[return-value]


def prepare_distillation(
    retraining: Retraining, dataset: Dataset, assets: Mapping[str, str | None] | None, device: torch.device
) -> Distillation | None:
    """Loads the teacher of a retraining; None when nothing is learned from one.

    Args:
        dataset: as the network sees it.
        assets: the teacher's files, of the protocol's `retrain`.

    Raises:
        SidecarError: the errors of loading a teacher; `unsuitable-teacher` for one that cannot teach these classes.
    """
    recipe = retraining.recipe.distillation
    if recipe is None:
        return None
    size = retraining.network
    seen = find_dataset(retraining.dataset, size.resolution, size.classes, retraining.images)
    files = Assets.from_dict({"dataset": None, "teacher": None, **(assets or {})})
    teacher = prepare_teacher(recipe.teacher, files, size.classes, device)
    if not teacher.judges:
        raise SidecarError(
            "unsuitable-teacher",
            f"The teacher {recipe.teacher.architecture} is not one for the {size.classes} classes of the data set.",
            ["Choose another teacher, or set RMINAS.DISTILLATION_WEIGHT 0.0."],
        )
    return Distillation(recipe, teacher, dataset, seen)
