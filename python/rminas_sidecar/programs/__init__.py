"""Networks as programs: tables of operations that C functions run on one arena, without modules and autograd."""

from rminas_sidecar.programs.compilation import Material, Program
from rminas_sidecar.programs.compiler import Compiler, find_compiler
from rminas_sidecar.programs.spaces import can_compile

__all__ = ["Compiler", "Material", "Program", "can_compile", "find_compiler"]
