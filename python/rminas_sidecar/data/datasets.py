"""The data sets that ship with the package, registered and by name."""

from rminas_sidecar.data.cifar import CIFAR10, CIFAR100
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.imagenet import IMAGENET
from rminas_sidecar.data.imagenet16 import IMAGENET16_120
from rminas_sidecar.data.registry import DATASETS, find_dataset, notes_on

__all__ = ["CIFAR10", "CIFAR100", "DATASETS", "DIGITS", "IMAGENET", "IMAGENET16_120", "find_dataset", "notes_on"]
