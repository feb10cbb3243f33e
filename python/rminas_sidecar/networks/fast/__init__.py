"""Faster layers that compute the same functions, with other orders of summation and memory layouts."""

from rminas_sidecar.networks.fast.acceleration import REPLACEMENTS, accelerate, accelerate_on_cuda, replace_layers

__all__ = ["REPLACEMENTS", "accelerate", "accelerate_on_cuda", "replace_layers"]
