"""A search by a supernet, as `src/protocol/supernets.ts` defines it. The dictionaries have passed that schema."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rminas_sidecar.specification import (
    NetworkSpecification,
    OptimizerSpecification,
    OwnImagesSpecification,
    Precision,
)
from rminas_sidecar.supernets.method import Options
from rminas_sidecar.supernets.updates import ArchitectureRecipe


@dataclass(frozen=True)
class OneShotRecipe:
    """How a supernet is trained.

    Args:
        epochs: passes over the training images.
        batch_size: images in an update; each training batch has a validation batch of this size.
        optimizer: SGD of the weights.
        minimum_rate: learning rate of the weights at the end of the cosine.
        rate_per: whether the learning rate falls after each step or after each epoch.
        architecture: Adam of the architecture parameters.
        train_share: share of the images that trains the weights; the others validate.
        images: most images of each part; None for all.
        judged_images: most validation images that paths are compared on; None for all.
        precision: of the forward and backward passes.
    """

    epochs: int
    batch_size: int
    optimizer: OptimizerSpecification
    minimum_rate: float
    rate_per: Literal["step", "epoch"]
    architecture: ArchitectureRecipe
    train_share: float
    images: int | None
    judged_images: int | None
    precision: Precision = "float32"


@dataclass(frozen=True)
class OneShot:
    """Everything that the architecture parameters depend on, besides the images."""

    method: str
    options: Options
    space: str
    network: NetworkSpecification
    dataset: str
    recipe: OneShotRecipe
    seed: int
    images: OwnImagesSpecification | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, Any], seed: int) -> "OneShot":
        """Reads a search from the protocol's JSON.

        Raises:
            SidecarError: `invalid-message` for contradictory settings of the optimiser.
        """
        recipe = body["recipe"]
        adam = recipe["architecture"]
        return cls(
            method=body["method"],
            options=body["options"],
            space=body["space"],
            network=NetworkSpecification(**body["network"]),
            dataset=body["dataset"],
            recipe=OneShotRecipe(
                epochs=recipe["epochs"],
                batch_size=recipe["batchSize"],
                optimizer=OptimizerSpecification.from_dict(recipe["optimizer"]),
                minimum_rate=recipe["minimumRate"],
                rate_per=recipe["ratePer"],
                architecture=ArchitectureRecipe(adam["learningRate"], adam["weightDecay"], adam["beta1"]),
                train_share=recipe["trainShare"],
                images=recipe["images"],
                judged_images=recipe["judgedImages"],
                precision=recipe.get("precision", "float32"),
            ),
            seed=seed,
            images=OwnImagesSpecification.from_body(body),
        )
