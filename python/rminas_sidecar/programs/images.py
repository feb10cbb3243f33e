"""The images of a batch as programs read them, and the first convolution."""

import torch
from torch import Tensor
from torch.nn import functional

from rminas_sidecar.programs.graph import Graph
from rminas_sidecar.programs.operations import PIXEL
from rminas_sidecar.programs.parameters import Norm, Parameters
from rminas_sidecar.programs.tape import Image

PATCH_CHANNELS = 32
"""Channels of the patches of an image: 27 pixels, and zeros that fill a vector."""
_IMAGE_CHANNELS = 3
_PART = 8
"""Images whose patches are copied at a time."""


def patches_of(images: Tensor) -> Tensor:
    """The 3 × 3 pixels around each pixel, in the order of the weights: samples × height × width × PATCH_CHANNELS."""
    samples, _, height, width = images.shape
    padded = functional.pad(images, (1, 1, 1, 1)).permute(0, 2, 3, 1)
    pixels = torch.cat([padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)], 3)
    patches = torch.zeros(samples, height, width, PATCH_CHANNELS)
    patches[..., : pixels.shape[3]] = pixels
    return patches


def write_patches(images: Tensor, patches: Tensor) -> None:
    """Writes :func:`patches_of` many images to memory, a few images at a time, so that copies stay in the cache."""
    for part, written in zip(images.split(_PART), patches.split(_PART), strict=True):  # type: ignore[no-untyped-call]
        written.copy_(patches_of(part))


def convolve_patches(
    graph: Graph, parameters: Parameters, patches: Image, outputs: int, norm: Norm = "affine", stride: int = 1
) -> Image:
    """A 3 × 3 convolution of the images, not yet normalised."""
    patches = patches if stride == 1 else graph.sampling(patches)
    layer = parameters.convolution(_IMAGE_CHANNELS, outputs, 3, norm=norm, rows=PATCH_CHANNELS)
    return graph.convolution("pointwise_convolution", patches, layer, PIXEL, differentiable=False)
