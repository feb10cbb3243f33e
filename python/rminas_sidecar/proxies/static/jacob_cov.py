"""The correlation of the gradients of an untrained network's outputs by the pixels of different images."""

import torch

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import IMAGE_FAMILY, image_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_SMALL = 1e-5


@register_proxy(
    "jacob-cov",
    direction="higher",
    needs="batch",
    paper="Mellor et al., Neural Architecture Search without Training, arXiv 2006.04647v1, 2020; "
    "as in Abdelfattah et al., Zero-Cost Proxies for Lightweight NAS, ICLR 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    family=IMAGE_FAMILY,
)
def measure_jacob_cov(context: Context) -> float:
    """-Σ (log(σ + k) + 1/(σ + k)) over the eigenvalues σ of the correlations between the images' gradients; k = 1e-5.

    An image's gradient is that of the sum of all logits by its pixels. The network normalises by the batch. NaN, and so
    null, where an image's gradient is constant.
    """
    gradients, _ = context.shared(image_gradients)
    correlations = torch.corrcoef(gradients)
    eigenvalues = torch.linalg.eigvalsh(correlations) + _SMALL
    return -float((eigenvalues.log() + 1 / eigenvalues).sum())
