"""Crops and recolours photographs like torchvision does with Pillow's images.

Pillow computes the pixels, so they equal those of torchvision's `RandomResizedCrop`, `RandomHorizontalFlip`,
`ColorJitter`, `Resize` and `CenterCrop`. The random numbers come from our own generator.
"""

import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageEnhance

# The crop's share of the photograph's area, and its width divided by its height.
_AREA = (0.08, 1.0)
_RATIO = (3 / 4, 4 / 3)
_ATTEMPTS = 10
# Brightness, contrast and saturation change by up to 40 % in both directions, hue by up to a fifth of the circle.
_STRENGTH = 0.4
_HUE = 0.2
_JITTERS = 4
DRAWS = 4 * _ATTEMPTS + 1 + 2 * _JITTERS
"""Random numbers for one photograph of any size."""

Box = tuple[int, int, int, int]


def distort(photo: Image.Image, side: int, draws: Sequence[float]) -> Image.Image:
    """Crops, mirrors and recolours at random, like the archive's loader for ImageNet.

    Args:
        photo: RGB.
        side: height and width of the result, in pixels.
        draws: DRAWS numbers, uniformly distributed over [0, 1).
    """
    crops, (mirror, *jitters) = draws[: 4 * _ATTEMPTS], draws[4 * _ATTEMPTS :]
    image = _resize(photo.crop(random_box(photo.size, crops)), (side, side))
    if mirror < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    strengths, ranks = jitters[:_JITTERS], jitters[_JITTERS:]
    for _, strength, jitter in sorted(zip(ranks, strengths, _JITTER, strict=True), key=lambda each: each[0]):
        image = jitter(image, 2 * strength - 1)
    return image


def centre(photo: Image.Image, side: int) -> Image.Image:
    """The centre of a photograph, scaled to a shorter side of 8/7 of the result's, as in measurements on ImageNet."""
    width, height = photo.size
    shorter = round(side * 8 / 7)
    if width < height:
        scaled = _resize(photo, (shorter, int(shorter * height / width)))
    else:
        scaled = _resize(photo, (int(shorter * width / height), shorter))
    left, top = round((scaled.width - side) / 2), round((scaled.height - side) / 2)
    return scaled.crop((left, top, left + side, top + side))


def random_box(size: tuple[int, int], draws: Sequence[float]) -> Box:
    """Left, upper, right and lower edge of a crop: `RandomResizedCrop.get_params` of torchvision.

    Args:
        size: width and height.
        draws: four numbers from [0, 1) for each attempt; the first attempt that fits is used.
    """
    width, height = size
    for area, ratio, vertical, horizontal in zip(*(iter(draws),) * 4, strict=True):
        target = width * height * (_AREA[0] + area * (_AREA[1] - _AREA[0]))
        lowest, highest = math.log(_RATIO[0]), math.log(_RATIO[1])
        aspect = math.exp(lowest + ratio * (highest - lowest))
        wide, high = round(math.sqrt(target * aspect)), round(math.sqrt(target / aspect))
        if 0 < wide <= width and 0 < high <= height:
            top, left = int(vertical * (height - high + 1)), int(horizontal * (width - wide + 1))
            return left, top, left + wide, top + high
    return _central_box(width, height)


def _central_box(width: int, height: int) -> Box:
    """The largest central crop of an allowed shape, for a photograph that is very wide or very high."""
    wide, high = width, height
    if width / height < _RATIO[0]:
        high = round(width / _RATIO[0])
    elif width / height > _RATIO[1]:
        wide = round(height * _RATIO[1])
    left, top = (width - wide) // 2, (height - high) // 2
    return left, top, left + wide, top + high


def _resize(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.BILINEAR)


def _brightness(image: Image.Image, change: float) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1 + _STRENGTH * change)


def _contrast(image: Image.Image, change: float) -> Image.Image:
    return ImageEnhance.Contrast(image).enhance(1 + _STRENGTH * change)


def _saturation(image: Image.Image, change: float) -> Image.Image:
    return ImageEnhance.Color(image).enhance(1 + _STRENGTH * change)


def _hue(image: Image.Image, change: float) -> Image.Image:
    turn = int(_HUE * change * 255)
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point([(degree + turn) % 256 for degree in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


_JITTER: tuple[Callable[[Image.Image, float], Image.Image], ...] = (_brightness, _contrast, _saturation, _hue)
