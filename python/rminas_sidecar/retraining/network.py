"""The network to retrain and its loss; for DARTS, with drop path and auxiliary head."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.networks import build_network
from rminas_sidecar.networks.darts import DartsNetwork, darts_network
from rminas_sidecar.retraining.distillation import Distillation
from rminas_sidecar.retraining.recipe import Retraining, RetrainingRecipe


def build_trainee(retraining: Retraining) -> nn.Module:
    """Builds a freshly initialised network on the CPU; draws from torch's global generator, as its modules do.

    Raises:
        SidecarError: `invalid-genotype`, `unsuitable-data` for a size that the network cannot have, `invalid-message`
            for a drop path or an auxiliary head in a network that has neither.
    """
    size, recipe = retraining.network, retraining.recipe
    if retraining.space == "darts":
        kind = darts_network(size.resolution)
        return kind(
            retraining.genotype,
            size.channels,
            size.cells,
            size.classes,
            size.resolution,
            auxiliary=recipe.auxiliary_weight > 0,
            normalises_pools=recipe.normalises_pools,
        )
    if recipe.auxiliary_weight > 0 or recipe.drop_path > 0:
        raise SidecarError(
            "invalid-message",
            f"The networks of {retraining.space} have neither drop path nor an auxiliary head.",
            ["Set TRAIN.DROP_PATH_PROB 0.0 and TRAIN.AUX_WEIGHT 0.0."],
        )
    network = build_network(retraining.space, retraining.genotype, size)
    if retraining.space == "nas-bench-macro":
        _add_weights_to_normalisations(network)
    return network


def _add_weights_to_normalisations(network: nn.Module) -> None:
    """The benchmark's networks have such weights; XNAS's supernet, from which the search takes its blocks, has not."""
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.BatchNorm2d(child.num_features))


def set_drop_path(network: nn.Module, probability: float) -> None:
    """Sets the probability of drop path in training mode, in networks that have drop path."""
    if isinstance(network, DartsNetwork):
        network.drop_probability = probability


def training_loss(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    recipe: RetrainingRecipe,
    distillation: Distillation | None = None,
) -> Tensor:
    """The loss of DARTS: cross entropy with smoothed labels, plus the auxiliary head's times its weight.

    Args:
        distillation: replaces a part of the labels' loss by the teacher's; the auxiliary head learns labels only.
    """
    logits, auxiliary = _logits(network, images, recipe)
    loss = _cross_entropy(logits, labels, recipe)
    if distillation is not None:
        loss = distillation.mix(loss, logits, images)
    if auxiliary is None:
        return loss
    return loss + recipe.auxiliary_weight * _cross_entropy(auxiliary, labels, recipe)


def _logits(network: nn.Module, images: Tensor, recipe: RetrainingRecipe) -> tuple[Tensor, Tensor | None]:
    """The logits and those of the auxiliary head, in float32; mixed precision ends before the loss."""
    with torch.autocast(images.device.type, torch.bfloat16, enabled=recipe.precision == "bf16"):
        if isinstance(network, DartsNetwork):
            logits, auxiliary = network.forward_with_auxiliary(images)
        else:
            logits, auxiliary = network(images)[1], None
    return logits.float(), None if auxiliary is None else auxiliary.float()


def count_parameters(network: nn.Module) -> int:
    """The number of parameters without those of the auxiliary head, which inference does not use; as in papers."""
    parameters = network.named_parameters()
    return sum(value.numel() for name, value in parameters if not name.startswith("auxiliary_head."))


def _cross_entropy(logits: Tensor, labels: Tensor, recipe: RetrainingRecipe) -> Tensor:
    return functional.cross_entropy(logits, labels, label_smoothing=recipe.label_smoothing)
