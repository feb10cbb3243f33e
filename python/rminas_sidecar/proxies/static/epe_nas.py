"""The correlation of an untrained network's gradients between images of one class."""

import torch
from torch import Tensor

from rminas_sidecar.proxies.context import Context
from rminas_sidecar.proxies.gradients import IMAGE_FAMILY, image_gradients
from rminas_sidecar.proxies.proxy import Passes
from rminas_sidecar.proxies.registry import register_proxy

_SMALL = 1e-5
_MANY_CLASSES = 100


@register_proxy(
    "epe-nas",
    direction="higher",
    needs="batch",
    paper="Lopes et al., EPE-NAS: Efficient Performance Estimation Without Training for Neural Architecture Search, "
    "ICANN 2021",
    passes=lambda images: Passes(forward=images, backward=images),
    family=IMAGE_FAMILY,
)
def measure_epe_nas(context: Context) -> float:
    """Σ |e| over the classes of the batch, where e is Σ log(|r| + k) over the correlations r of a class; k = 1e-5.

    The correlations are those between the images' gradients of `jacob-cov`. With more than 100 classes, e is divided by
    the number of the class's images, classes of one image do not count, and the value is the sum of all differences
    |e - e'| divided by the number of classes.
    """
    gradients, classes = context.shared(image_gradients)
    many = classes > _MANY_CLASSES
    of_classes = [gradients[context.labels == label] for label in sorted(set(context.labels.tolist()))]
    counted = [rows for rows in of_classes if not many or len(rows) > 1]
    if not counted:
        return 0.0
    values = torch.stack([_evaluate(rows, many) for rows in counted])
    if many:
        return float((values[:, None] - values).abs().sum() / len(values))
    return float(values.abs().sum())


def _evaluate(gradients: Tensor, many: bool) -> Tensor:
    """The value e of a class, from images × pixels."""
    logs = (torch.corrcoef(gradients).abs() + _SMALL).log().sum()
    return logs / len(gradients) if many else logs
