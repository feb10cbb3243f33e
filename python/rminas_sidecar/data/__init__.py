"""The data sets that the sidecar can read, and the batch that candidates are trained on."""

from rminas_sidecar.data.cifar10 import CIFAR10
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.images import Dataset

DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in (CIFAR10, DIGITS)}
