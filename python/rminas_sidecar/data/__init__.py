"""The data sets that the sidecar can read, and the batch that candidates are trained on."""

from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.imagenet import IMAGENET
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.data.images import Dataset, Images
from rminas_sidecar.errors import SidecarError

DATASETS: dict[str, Dataset] = {
    dataset.name: dataset for dataset in (DIGITS, CIFAR10, CIFAR100, IMAGENET16_120, IMAGENET)
}


def find_dataset(name: str, resolution: int, classes: int) -> Dataset:
    """The data set at the resolution of the networks that are to learn it.

    Args:
        name: one of the protocol's data sets.
        resolution: pixels of a side of an image.
        classes: outputs of the networks.

    Raises:
        SidecarError: `unsuitable-data` when it cannot have that resolution, or has another number of classes.
    """
    dataset = DATASETS[name].at(resolution)
    if classes != dataset.classes:
        raise SidecarError(
            "unsuitable-data",
            f"{name} has {dataset.classes} classes, and the networks have {classes} outputs.",
            [f"Set LOADER.NUM_CLASSES {dataset.classes}."],
        )
    return dataset


def notes_on(dataset: Dataset, training: Images) -> list[str]:
    """What the user should know of the training images that were found: that the set is partial, if it is."""
    if len(training) == dataset.expected:
        return []
    return [f"{dataset.name} is partial: {len(training):,} of {dataset.expected:,} training images were found."]
