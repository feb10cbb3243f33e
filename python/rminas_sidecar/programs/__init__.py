"""Networks as programs: tables of operations that C functions run on one arena, without modules and autograd."""

from rminas_sidecar.programs.compilation import Program, compile_network

__all__ = ["Program", "compile_network"]
