"""Data sets of the user: class folders, NumPy archives, and data sets of Hugging Face and torchvision."""

from rminas_sidecar.data.own.dataset import open_own_dataset
from rminas_sidecar.data.own.description import describe_dataset

__all__ = ["describe_dataset", "open_own_dataset"]
