"""Records operations, and appends those of their gradients in reverse order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rminas_sidecar.kernels.program import MOST_TERMS
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.operations import PIXEL, Addend, Operation, Shape, Window


@dataclass(frozen=True)
class Total:
    """A sum of gradients. An owned buffer has no other readers, so it may be overwritten."""

    buffer: Buffer
    owned: bool


Extend = Callable[["Total | None"], Total]
"""Adds a gradient to the sum of the others."""
Places = Mapping[str, Buffer | None]


@dataclass(eq=False)
class Image:
    """Images that an operation computes.

    Args:
        statistics: normalise the images, where they have been convolved but not yet normalised.
        readers: operations that read the images.
        terms: of the gradient, as they are. It is the gradient of the normalised images if there are statistics.
        extensions: operations that add to the gradient while they write it.
        gradient_sums: of the gradient, if the operation that wrote it has summed it for the normalisation.
    """

    shape: Shape
    buffer: Buffer
    statistics: Buffer | None = None
    readers: int = 0
    terms: list[Total] = field(default_factory=list)
    extensions: list[Extend] = field(default_factory=list)
    gradient_sums: Buffer | None = None


class Tape:
    """Operations in order. :meth:`differentiate` appends those of the gradient.

    Args:
        lanes: channels that fill a vector of library 0. Library 1 computes images whose channels do not.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._backward: list[Callable[[], None]] = []
        self.operations: list[Operation] = []

    def differentiate(self) -> None:
        """Appends the operations of the gradient of the loss by all parameters. Call it once, at the end."""
        # Functions and images refer to each other: dropped here, they leave no work to the garbage collector.
        while self._backward:
            self._backward.pop()()

    def forget_gradient(self) -> None:
        """Drops the gradient, for tapes that are not differentiated."""
        self._backward.clear()

    def _emit(
        self,
        kind: str,
        x: Image,
        outputs: int,
        places: Places,
        window: Window = PIXEL,
        terms: Sequence[Addend] = (),
        factor: float = 0.0,
    ) -> None:
        channels = outputs if "convolution" in kind else x.shape.channels
        library = 1 if channels % self._lanes or x.shape.channels % self._lanes else 0
        self.operations.append(Operation(kind, x.shape, outputs, library, places, window, terms, factor))

    def on_gradient(self, y: Image, write: Callable[[Total], None]) -> None:
        """Calls `write` with the gradient of y once all readers of y have added theirs, unless nothing reads y."""

        def backward() -> None:
            total = self._add(y)
            while y.extensions:
                total = y.extensions.pop(0)(total)
            if total is not None:
                write(total)

        self._backward.append(backward)

    def _extend(
        self,
        kind: str,
        x: Image,
        outputs: int,
        places: Places,
        window: Window = PIXEL,
        *,
        in_place: bool = True,
        spare: Total | None = None,
        factor: float = 0.0,
    ) -> None:
        """Lets a gradient operation write the gradient of x, and add the sum of the other gradients.

        Args:
            kind: of the operation.
            x: images.
            outputs: channels of y.
            places: of the operation, without the gradient of x.
            window: of the operation.
            in_place: whether the operation can write to where it reads the sum.
            spare: another gradient that the operation can overwrite, if it is owned.
            factor: of the operation.
        """

        def extend(base: Total | None) -> Total:
            free = (total for total in (base if in_place else None, spare) if total is not None and total.owned)
            x_gradient = next((total.buffer for total in free), None) or Buffer(x.shape.floats)
            changes = {"base": None if base is None else base.buffer, "x_gradient": x_gradient}
            self._emit(kind, x, outputs, {**places, **changes, "x_sums": self._sums(x)}, window, factor=factor)
            return Total(x_gradient, owned=True)

        x.extensions.append(extend)

    def _sums(self, x: Image) -> Buffer | None:
        """Where the only reader of images that are not yet normalised writes the sums of their gradient."""
        if x.statistics is not None and x.readers == 1:
            # Two float64 for each channel.
            x.gradient_sums = Buffer(4 * x.shape.channels)
        return x.gradient_sums

    def _add(self, image: Image) -> Total | None:
        if not image.terms:
            return None
        total, *rest = image.terms
        while rest:
            added, rest = [total, *rest[: MOST_TERMS - 1]], rest[MOST_TERMS - 1 :]
            target = next((it.buffer for it in added if it.owned), None) or Buffer(image.shape.floats)
            terms = [Addend(it.buffer) for it in added]
            self._emit("sum", image, image.shape.channels, {"y": target}, terms=terms)
            total = Total(target, owned=True)
        return total
