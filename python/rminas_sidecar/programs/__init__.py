"""Networks as programs: tables of operations that C functions run on one arena, without modules and autograd."""

from rminas_sidecar.programs.compilation import Material, Program
from rminas_sidecar.programs.compiler import Compiler, can_compile, find_compiler

__all__ = ["Compiler", "Material", "Program", "can_compile", "find_compiler"]
