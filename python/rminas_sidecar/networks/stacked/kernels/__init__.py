"""Triton kernels for the layers of a stack, and their choice. Only `choice` does without Triton."""

from rminas_sidecar.networks.stacked.kernels.choice import PLAIN_LAYERS, StackedLayers, find_layers, has_kernels

__all__ = ["PLAIN_LAYERS", "StackedLayers", "find_layers", "has_kernels"]
