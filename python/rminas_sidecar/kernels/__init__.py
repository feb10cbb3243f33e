"""Operations in C that are faster on a CPU than torch's. They are compiled at first use if there is a compiler."""

from rminas_sidecar.kernels.kernels import Kernels, find_kernels, find_machine, why_no_kernels

__all__ = ["Kernels", "find_kernels", "find_machine", "why_no_kernels"]
