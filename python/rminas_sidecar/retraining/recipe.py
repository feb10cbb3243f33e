"""What a retraining is, as `src/protocol/retraining.ts` defines it: the dictionaries have passed that schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rminas_sidecar.retraining.schedule import Schedule, Warmup
from rminas_sidecar.specification import NetworkSpecification, OptimizerSpecification


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    Args:
        epochs: passes over all training images.
        batch_size: images in an update; the last one of an epoch may have fewer.
        optimizer: stochastic gradient descent; its learning rate is what the schedule starts from.
        schedule: of the learning rate, an epoch at a time.
        label_smoothing: share of each label that is spread over all classes.
        drop_path: probability that drop path reaches after the last epoch; it grows in proportion to the epochs.
        auxiliary_weight: of the auxiliary head's loss; 0 for no such head.
        cutout: pixels of the side of the square that is cut out of each image; 0 for none.
        measure_every: epochs between two measurements on the test images; the last epoch is always measured.
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


@dataclass(frozen=True)
class Retraining:
    """Everything that trained weights depend on besides the images: with equal ones, they are equal bit for bit."""

    space: str
    genotype: str
    network: NetworkSpecification
    dataset: str
    recipe: Recipe
    seed: int

    @classmethod
    def from_dict(cls, body: Mapping[str, Any], seed: int) -> "Retraining":
        """Reads a retraining from the protocol's JSON.

        Raises:
            SidecarError: `invalid-message` for an optimiser that does not exist.
        """
        recipe = body["recipe"]
        return cls(
            space=body["space"],
            genotype=body["genotype"],
            network=NetworkSpecification(**body["network"]),
            dataset=body["dataset"],
            recipe=Recipe(
                epochs=recipe["epochs"],
                batch_size=recipe["batchSize"],
                optimizer=OptimizerSpecification.from_dict(recipe["optimizer"]),
                schedule=_read_schedule(recipe["schedule"]),
                label_smoothing=recipe["labelSmoothing"],
                drop_path=recipe["dropPath"],
                auxiliary_weight=recipe["auxiliaryWeight"],
                cutout=recipe["cutout"],
                measure_every=recipe["measureEvery"],
            ),
            seed=seed,
        )


def _read_schedule(body: Mapping[str, Any]) -> Schedule:
    fields = {**body, "milestones": tuple(body.get("milestones", ())), "warmup": Warmup(**body["warmup"])}
    return Schedule(**fields)
