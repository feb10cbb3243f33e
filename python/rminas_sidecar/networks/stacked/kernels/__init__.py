"""Triton kernels for the cells of a stack, and their choice. Only `cell` and what it imports need Triton."""

from rminas_sidecar.networks.stacked.kernels.choice import ComputeCell, find_cell, has_kernels

__all__ = ["ComputeCell", "find_cell", "has_kernels"]
