"""ImageNet (ILSVRC 2012) as folders of photographs: `train` and `val`, and in each a folder a class."""

from functools import partial
from pathlib import Path

from rminas_sidecar.data.image_folder import list_images
from rminas_sidecar.data.images import Dataset, Images, require_folder

_CLASSES = 1000
_RESOLUTION = 224
_WHERE = (
    "Unpack ILSVRC2012_img_train.tar from https://image-net.org/download-images, a folder a class, into the folder "
    "`train` of a folder, and name that one with --data."
)


def _read(part: str, resolution: int, folder: Path | None) -> Images:
    return list_images(require_folder(folder, "ImageNet", _WHERE) / part, _CLASSES, resolution, _WHERE)


def imagenet(resolution: int) -> Dataset:
    """ImageNet with images of that many pixels a side, which the photographs are scaled to.

    Reading lists the files; what reading raises is what :func:`rminas_sidecar.data.image_folder.list_images` does.
    """
    return Dataset(
        name="imagenet",
        classes=_CLASSES,
        resolution=resolution,
        expected=1_281_167,
        brightest=255.0,
        mean=(0.485, 0.456, 0.406),
        deviation=(0.229, 0.224, 0.225),
        read_training=partial(_read, "train", resolution),
        read_held_out=partial(_read, "val", resolution),
        resized=imagenet,
    )


IMAGENET = imagenet(_RESOLUTION)
