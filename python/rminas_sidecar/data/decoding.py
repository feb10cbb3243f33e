"""Decodes image files into 8 bits a channel, without PyTorch."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.system.files import open_file

Change = Callable[[Image.Image], Image.Image]
"""Makes the image that is wanted from the decoded one, which is RGB."""

_LARGEST = 1 << 27
"""Bytes of an image file; the largest one of ImageNet has 15 MB."""
_PIXELS = 16_000_000
_PIXELS_OF_BYTE = 100
"""An image may have so many pixels, or so many for each byte of its file: a photograph has fewer than 30 a byte."""
_MOST_THREADS = 8
_GONE = ["Start again: the files have changed since they were listed."]


def decode(file: BinaryIO, size: int, formats: Sequence[str], change: Change) -> Image.Image:
    """Decodes and changes one image.

    Args:
        file: its content.
        size: bytes of the content.
        formats: the names of Pillow's decoders that may be called.

    Raises:
        Exception: of any kind, since damaged images raise whatever the decoder raises.
    """
    with Image.open(file, formats=tuple(formats)) as image:
        if image.width * image.height > max(_PIXELS, _PIXELS_OF_BYTE * size):
            raise ValueError(f"{image.width} x {image.height} pixels are more than {size} bytes of a photograph have")
        return change(to_rgb(image))


def decode_file(path: str, formats: Sequence[str], change: Change) -> Image.Image:
    """Decodes and changes the image in a file.

    Raises:
        SidecarError: `missing-file` or `corrupt-file`, with the path.
    """
    try:
        with open_file(Path(path), "The image", _GONE, _LARGEST) as (file, size):
            return decode(file, size, formats, change)
    except SidecarError:
        raise
    # A damaged image may raise any exception, and a huge one raises Pillow's own.
    except Exception as error:
        raise undecodable(path, error) from error


def undecodable(name: str, error: Exception) -> SidecarError:
    """The error of an image that cannot be decoded."""
    # Pillow's own message names a file object instead of the file.
    unknown = isinstance(error, UnidentifiedImageError)
    why = "its content is not that of an image" if unknown else str(error) or type(error).__name__
    return SidecarError(
        "corrupt-file",
        f"{name} cannot be decoded: {why}.",
        ["Copy or download it again, or remove it from its folder."],
    )


def to_rgb(image: Image.Image) -> Image.Image:
    """An image in 8 bits a channel.

    Pillow would cut off 16-bit greys at 255, which makes most of them white. It converts CMYK and palettes itself.

    Raises:
        ValueError: floating-point pixels, whose range is unknown.
    """
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers, and their range is unknown")
    if not image.mode.startswith("I"):
        return image.convert("RGB")
    greys = np.asarray(image).astype(np.int64).clip(0, 65_535)
    return Image.fromarray(((greys * 255 + 32_767) // 65_535).astype(np.uint8)).convert("RGB")


def fit(image: Image.Image, side: int) -> Image.Image:
    """Scales an image so that its shorter side has that many pixels, and cuts out the central square.

    An image of that size is not changed.
    """
    width, height = image.size
    if (width, height) == (side, side):
        return image
    scale = side / min(width, height)
    size = max(side, round(width * scale)), max(side, round(height * scale))
    scaled = image if size == image.size else image.resize(size, Image.Resampling.BILINEAR)
    left, top = (scaled.width - side) // 2, (scaled.height - side) // 2
    return scaled.crop((left, top, left + side, top + side))


def in_parallel(work: Callable[..., object], *arguments: Iterable[object], threads: int | None = None) -> None:
    """Calls a function once for each set of arguments, in threads: Pillow releases the GIL while it decodes.

    Args:
        threads: how many; None for one a processor, and at most 8.
    """
    with ThreadPoolExecutor(threads or min(_MOST_THREADS, _processors())) as pool:
        deque(pool.map(work, *arguments), maxlen=0)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
