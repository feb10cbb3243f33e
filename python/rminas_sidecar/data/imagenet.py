"""ImageNet (ILSVRC 2012) as photographs in the folders `train` and `val`, each with one folder a class."""

from pathlib import Path

from rminas_sidecar.data.image_folder import list_images
from rminas_sidecar.data.images import Images, require_folder
from rminas_sidecar.data.registry import DATASETS, register_dataset

_CLASSES = 1000
_WHERE = (
    "Unpack ILSVRC2012_img_train.tar from https://image-net.org/download-images, one folder a class, into DIR/train, "
    "and name DIR with --data."
)


@register_dataset(
    "imagenet",
    classes=_CLASSES,
    resolution=224,
    expected=1_281_167,
    mean=(0.485, 0.456, 0.406),
    deviation=(0.229, 0.224, 0.225),
    resizable=True,
)
def read_imagenet(folder: Path | None, held_out: bool, resolution: int) -> Images:
    """Lists the photographs, which are scaled to that many pixels a side when they are used.

    Raises:
        SidecarError: see :func:`rminas_sidecar.data.image_folder.list_images`.
    """
    root = require_folder(folder, "ImageNet", _WHERE)
    return list_images(root / ("val" if held_out else "train"), _CLASSES, resolution, _WHERE)


IMAGENET = DATASETS["imagenet"]
