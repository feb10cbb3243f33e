"""Images in arrays: what their numbers mean, and how one of them becomes an image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from rminas_sidecar.data.decoding import Change
from rminas_sidecar.errors import SidecarError

_SAMPLE = 256
_CHANNELS = (1, 3, 4)
_LAYOUT = "images × height × width, images × height × width × channels, or images × channels × height × width"


@dataclass(frozen=True)
class ArraySource:
    """Images in one array.

    Args:
        name: of the array, for messages.
        pixels: images × height × width × channels.
        white: the value of a white pixel.
        checksum: of the array's content; part of the fingerprint.
    """

    name: str
    pixels: np.ndarray
    white: float
    checksum: str

    def load(self, index: int, change: Change) -> Image.Image:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        pixels = self.pixels[index]
        if pixels.dtype != np.uint8:
            scaled = pixels.astype(np.float64) * (255 / self.white)
            if not np.isfinite(scaled).all():
                raise SidecarError(
                    "corrupt-file",
                    f"Image {index} of the array {self.name} has numbers that are not finite.",
                    ["Correct the array."],
                )
            pixels = scaled.clip(0, 255).round().astype(np.uint8)
        # One channel is grey. A fourth one is transparency, which networks do not see.
        image = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels[:, :, :3]))
        return change(image.convert("RGB"))

    def identity(self, index: int) -> str:
        """See :class:`rminas_sidecar.data.own.part.Source`."""
        return f"{self.checksum} {index}"


def array_source(name: str, pixels: np.ndarray, checksum: str) -> ArraySource:
    """Reads the layout and the range of numbers off an array.

    Whole numbers go up to 255, or those of uint16 to 65,535. Floating-point numbers go from 0 to 1, or to 255 where a
    sample has numbers above 1.

    Raises:
        SidecarError: `unsuitable-data` for another shape or range.
    """
    if pixels.ndim == 3:
        pixels = pixels[..., None]
    elif pixels.ndim == 4 and pixels.shape[3] not in _CHANNELS and pixels.shape[1] in _CHANNELS:
        pixels = np.moveaxis(pixels, 1, 3)
    if pixels.ndim != 4 or pixels.shape[3] not in _CHANNELS or 0 in pixels.shape:
        shape = " × ".join(map(str, pixels.shape)) or "one number"
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has the shape {shape}, and images need {_LAYOUT}.",
            ["Store images with 1, 3 or 4 channels."],
        )
    return ArraySource(name, pixels, _white(name, pixels), checksum)


def _white(name: str, pixels: np.ndarray) -> float:
    if pixels.dtype == np.uint8:
        return 255.0
    if pixels.dtype == np.uint16:
        return 65_535.0
    if pixels.dtype == np.bool_:
        return 1.0
    sample = pixels[np.linspace(0, len(pixels) - 1, min(_SAMPLE, len(pixels))).astype(int)]
    if pixels.dtype.kind not in "iuf":
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has the type {pixels.dtype}, and pixels are numbers.",
            ["Store pixels as uint8."],
        )
    least, most = float(np.nanmin(sample)), float(np.nanmax(sample))
    if least < 0 or most > 255:
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has numbers from {least:g} to {most:g}, and pixels go from 0 to 255 or from 0 to 1.",
            ["Store the images before they are normalised, as uint8."],
        )
    return 1.0 if pixels.dtype.kind == "f" and most <= 1 else 255.0


def labels_of(name: str, labels: np.ndarray, images: int) -> npt.NDArray[np.int64]:
    """Checks that an array has a whole number from 0 for each image: int64.

    Raises:
        SidecarError: `unsuitable-data`.
    """
    if labels.dtype.kind in "US":
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has text as labels, e.g. {str(labels.flat[0]) if labels.size else ''!r}.",
            [f"Store numbers, and the names beside them: classes, {name} = numpy.unique(labels, return_inverse=True)."],
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "iu" or labels.shape != (images,):
        shape = " × ".join(map(str, labels.shape))
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has {labels.dtype} of the shape {shape}, and {images} whole numbers are needed.",
            ["Store one label for each image: 0 for the first class, 1 for the second."],
        )
    if labels.size and (int(labels.min()) < 0 or int(labels.max()) >= max(images, 100_000)):
        raise SidecarError(
            "unsuitable-data",
            f"The array {name} has labels from {labels.min()} to {labels.max()}, and labels are numbers of classes.",
            ["Number the classes from 0, without gaps."],
        )
    return labels.astype(np.int64)
