"""Runs programs: tables of operations on one arena. The C files `*_operations.c` describe the operations."""

import ctypes
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from rminas_sidecar.kernels.memory import Memory

# In the order of program.c.
KINDS = (
    "tiled_convolution",
    "tiled_convolution_gradient",
    "pointwise_convolution",
    "pointwise_convolution_gradient",
    "depthwise_convolution",
    "depthwise_convolution_gradient",
    "strided_convolution",
    "strided_convolution_gradient",
    "sum",
    "shift_gradient",
    "pooling",
    "pooling_gradient",
    "maximum",
    "maximum_gradient",
    "halving",
    "halving_gradient",
    "sampling",
    "sampling_gradient",
    "insertion",
    "insertion_gradient",
    "normalisation",
    "normalisation_gradient",
    "activation",
    "activation_gradient",
    "classification",
    "classification_gradient",
    "comparison",
    "comparison_gradient",
)
SIZES = ("batch", "height", "width", "inputs", "outputs")
WINDOW = ("side", "stride", "dilation", "first", "rectifies")
PLACES = ("x", "x_statistics", "y", "weight", "norm", "statistics", "reference")
GRADIENT_PLACES = ("y_gradient", "y_sums", "base", "x_gradient", "x_sums", "weight_gradient", "norm_gradient")
MOST_TERMS = 3
TERM_PLACES = ("pixels", "statistics", "norm")
ABSENT = -1

OPERATION = np.dtype(
    [(name, np.intp) for name in ("kind", "library", *SIZES, *WINDOW, *PLACES, *GRADIENT_PLACES)]
    + [("terms", np.intp, (MOST_TERMS, len(TERM_PLACES))), ("factor", np.float64)]
)
"""The struct `operation` of operation.h."""


class Sgd(ctypes.Structure):
    """The numbers of an update, see `rminas_update`."""

    _fields_ = [
        (name, ctypes.c_double)
        for name in ("learning_rate", "momentum", "gradient_share", "nesterov", "weight_decay", "gradient_norm")
    ]


class Machine:
    """Runs tables of operations in one thread.

    Args:
        libraries: compiled from the C files of this folder; `library` of an operation is an index of them.

    Attributes:
        memory: for the arenas of its programs. All places in them are multiples of the alignment.
    """

    def __init__(self, libraries: Sequence[ctypes.CDLL]) -> None:
        first = libraries[0]
        pointer, size = ctypes.c_void_p, ctypes.c_ssize_t
        for library in libraries:
            library.rminas_implementations.restype = pointer
        first.rminas_operation_size.restype = first.rminas_kinds.restype = first.rminas_scratch.restype = size
        first.rminas_scratch.argtypes = [pointer, size]
        first.rminas_run.argtypes = [pointer, size, pointer, pointer, pointer]
        first.rminas_update.argtypes = [pointer] * 3 + [size, pointer]
        first.rminas_flow_scratch.argtypes = [pointer, size]
        first.rminas_flow_scratch.restype = size
        first.rminas_flow.argtypes = [pointer, size, pointer, pointer, pointer]
        first.rminas_flow.restype = ctypes.c_double
        first.rminas_run.restype = first.rminas_update.restype = None
        if first.rminas_operation_size() != OPERATION.itemsize or first.rminas_kinds() != len(KINDS):
            raise RuntimeError("program.py and operation.h describe different operations")
        self.memory = Memory()
        self._library = first
        self._implementations = (pointer * len(libraries))(*(it.rminas_implementations() for it in libraries))

    def scratch_size(self, operations: NDArray[np.void]) -> int:
        """Floats of scratch memory that suffice for the operations."""
        answer: int = self._library.rminas_scratch(operations.ctypes.data, len(operations))
        return answer

    def run(self, operations: NDArray[np.void], arena: Tensor, scratch: Tensor) -> None:
        """Runs the operations in order.

        Args:
            operations: of the type :data:`OPERATION`.
            arena: float32, see :class:`Memory`.
            scratch: at least :meth:`scratch_size` floats, aligned like the arena.
        """
        self._library.rminas_run(
            *(operations.ctypes.data, len(operations), arena.data_ptr(), scratch.data_ptr(), self._implementations)
        )

    def update(self, parameters: Tensor, gradients: Tensor, momenta: Tensor, by: Sgd) -> None:
        """Updates parameters and momenta in place, as `torch.optim.SGD` does; all are contiguous float32."""
        self._library.rminas_update(
            *(parameters.data_ptr(), gradients.data_ptr(), momenta.data_ptr(), parameters.numel()),
            ctypes.addressof(by),
        )

    def flow_scratch_size(self, operations: NDArray[np.void]) -> int:
        """Doubles of scratch memory that suffice for :meth:`flow`."""
        answer: int = self._library.rminas_flow_scratch(operations.ctypes.data, len(operations))
        return answer

    def flow(self, operations: NDArray[np.void], values: Tensor, gradients: Tensor, scratch: Tensor) -> float:
        """The synaptic flow of a network.

        Args:
            operations: of one image; no buffers share a place.
            values: float64, with the absolute weights and the image; the rest is overwritten.
            gradients: as many; overwritten.
            scratch: float64, at least :meth:`flow_scratch_size`.
        """
        memory = (tensor.data_ptr() for tensor in (values, gradients, scratch))
        answer: float = self._library.rminas_flow(operations.ctypes.data, len(operations), *memory)
        return answer
