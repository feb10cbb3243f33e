"""A retraining, as `src/protocol/retraining.ts` defines it. The dictionaries have passed that schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rminas_sidecar.retraining.schedule import Schedule, Warmup
from rminas_sidecar.specification import (
    NetworkSpecification,
    OptimizerSpecification,
    OwnImagesSpecification,
    Precision,
    TeacherSpecification,
)


@dataclass(frozen=True)
class RetrainingRecipe:
    """How a network is retrained.

    Args:
        epochs: passes over all training images.
        batch_size: images in an update; the last one of an epoch may have fewer.
        optimizer: stochastic gradient descent; the schedule starts from its learning rate.
        schedule: of the learning rate, which changes after each epoch.
        label_smoothing: share of each label that is distributed over all classes, 0 to 1.
        drop_path: probability of drop path after the last epoch; it grows linearly with the epochs.
        auxiliary_weight: of the auxiliary head's loss; 0 for no head.
        cutout: side of the square that is cut out of each image, in pixels; 0 for none.
        measure_every: epochs between two measurements on the test images; the last epoch is always measured.
        normalises_pools: whether a batch normalisation follows each pooling of a DARTS cell.
        precision: of the forward and backward passes; weights and updates are float32.
        patience: measurements without a better accuracy after which the training ends; None for no such end.
        distillation: how much is learned from a teacher; None for nothing.
    """

    epochs: int
    batch_size: int
    optimizer: OptimizerSpecification
    schedule: Schedule
    label_smoothing: float
    drop_path: float
    auxiliary_weight: float
    cutout: int
    measure_every: int
    normalises_pools: bool = True
    precision: Precision = "float32"
    patience: int | None = None
    distillation: "DistillationRecipe | None" = None


@dataclass(frozen=True)
class DistillationRecipe:
    """How a network learns from a teacher (Hinton et al., 2015, section 2).

    Args:
        weight: of the teacher's part of the loss, above 0 to 1; the labels have the rest.
        temperature: divides the logits of both before the softmax.
        teacher: as in a specification.
    """

    weight: float
    temperature: float
    teacher: TeacherSpecification


@dataclass(frozen=True)
class Retraining:
    """Everything that the trained weights depend on, besides the images."""

    space: str
    genotype: str
    network: NetworkSpecification
    dataset: str
    recipe: RetrainingRecipe
    seed: int
    images: OwnImagesSpecification | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, Any], seed: int) -> "Retraining":
        """Reads a retraining from the protocol's JSON.

        Raises:
            SidecarError: `invalid-message` for contradictory settings of the optimiser.
        """
        recipe = body["recipe"]
        return cls(
            space=body["space"],
            genotype=body["genotype"],
            network=NetworkSpecification(**body["network"]),
            dataset=body["dataset"],
            recipe=RetrainingRecipe(
                epochs=recipe["epochs"],
                batch_size=recipe["batchSize"],
                optimizer=OptimizerSpecification.from_dict(recipe["optimizer"]),
                schedule=_read_schedule(recipe["schedule"]),
                label_smoothing=recipe["labelSmoothing"],
                drop_path=recipe["dropPath"],
                auxiliary_weight=recipe["auxiliaryWeight"],
                cutout=recipe["cutout"],
                measure_every=recipe["measureEvery"],
                normalises_pools=recipe.get("normalisesPools", True),
                precision=recipe.get("precision", "float32"),
                patience=recipe.get("patience"),
                distillation=_read_distillation(recipe.get("distillation")),
            ),
            seed=seed,
            images=OwnImagesSpecification.from_body(body),
        )


def _read_distillation(body: Mapping[str, Any] | None) -> DistillationRecipe | None:
    if body is None:
        return None
    return DistillationRecipe(body["weight"], body["temperature"], TeacherSpecification.from_dict(body["teacher"]))


def _read_schedule(body: Mapping[str, Any]) -> Schedule:
    fields = {**body, "milestones": tuple(body.get("milestones", ())), "warmup": Warmup(**body["warmup"])}
    return Schedule(**fields)
