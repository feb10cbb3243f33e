"""Builds the operations of a network and, by reverse differentiation, those of its gradient."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rminas_sidecar.kernels.program import MOST_TERMS
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.operations import Addend, Operation, Shape
from rminas_sidecar.programs.parameters import Parameter


@dataclass(frozen=True)
class _Total:
    """A sum of gradients. An owned buffer has no other readers, so it may be overwritten."""

    buffer: Buffer
    owned: bool


Extend = Callable[["_Total | None"], _Total]
"""Adds a gradient to the sum of the others."""


@dataclass(eq=False)
class Image:
    """Images that an operation computes.

    Args:
        statistics: normalise the images, where they have been convolved but not yet normalised.
        terms: of the gradient, as they are.
        extensions: operations that add to the gradient while they write it.
    """

    shape: Shape
    buffer: Buffer
    statistics: Buffer | None = None
    terms: list[_Total] = field(default_factory=list)
    extensions: list[Extend] = field(default_factory=list)


class Graph:
    """Operations in order. :meth:`differentiate` appends those of the gradient.

    Args:
        lanes: channels that fill a vector of library 0. Library 1 computes images whose channels do not.
    """

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._backward: list[Callable[[], None]] = []
        self.operations: list[Operation] = []

    def convolution(self, kind: str, x: Image, weight: Parameter, norm: Parameter, stride: int = 1) -> Image:
        """A rectified and convolved image, not yet normalised.

        Args:
            kind: `tiled_convolution`, `pointwise_convolution` or `strided_convolution`.
            x: images.
            weight: of the convolution.
            norm: of the output.
            stride: that of the kind.
        """
        y = self._convolved(x, norm.floats // 2, stride, normalised=True)
        places = {"x": x.buffer, "y": y.buffer, "weight": weight, "norm": norm, "statistics": y.statistics}
        channels = y.shape.channels
        self._emit(kind, x, channels, places)

        def backward() -> None:
            gradient = self._gradient(y)
            if gradient is None:
                return
            arriving = gradient.buffer

            def extend(base: _Total | None) -> _Total:
                x_gradient = self._target(x, base, in_place=stride == 1)
                self._emit(
                    f"{kind}_gradient",
                    x,
                    channels,
                    {
                        **places,
                        "y_gradient": arriving,
                        "base": None if base is None else base.buffer,
                        "x_gradient": x_gradient,
                        "weight_gradient": weight.gradient,
                        "norm_gradient": norm.gradient,
                    },
                )
                return _Total(x_gradient, owned=True)

            x.extensions.append(extend)

        self._backward.append(backward)
        return y

    def projection(
        self, x: Image, weight: Parameter, outputs: int, norm: Parameter | None = None, *, differentiable: bool = True
    ) -> Image:
        """A 1 × 1 convolution without ReLU; normalised where there is a norm, but not yet.

        Args:
            x: images.
            weight: inputs × outputs.
            outputs: channels.
            norm: of the output.
            differentiable: whether x needs a gradient.
        """
        y = self._convolved(x, outputs, 1, normalised=norm is not None)
        places = {"x": x.buffer, "y": y.buffer, "weight": weight, "norm": norm, "statistics": y.statistics}
        self._emit("pointwise_projection", x, outputs, places)

        def backward() -> None:
            gradient = self._gradient(y)
            if gradient is None:
                return
            x_gradient = Buffer(x.shape.floats) if differentiable else None
            gradients = {"y_gradient": gradient.buffer, "x_gradient": x_gradient, "weight_gradient": weight.gradient}
            norms = {} if norm is None else {"norm_gradient": norm.gradient}
            self._emit("pointwise_projection_gradient", x, outputs, {**places, **gradients, **norms})
            if x_gradient is not None:
                x.terms.append(_Total(x_gradient, owned=True))

        self._backward.append(backward)
        return y

    def normalised(self, x: Image) -> Image:
        """An image that is not yet normalised, normalised."""
        return self.sum([x], x.shape)

    def sum(self, terms: Sequence[Image | Parameter], shape: Shape) -> Image:
        """The sum of at most three terms: images, normalised where they are not yet, and norms of zeros."""
        if len(terms) == 1 and isinstance(terms[0], Image) and terms[0].statistics is None:
            return terms[0]
        y = Image(shape, Buffer(shape.floats))
        addends = [
            Addend(term.buffer, term.statistics) if isinstance(term, Image) else Addend(None, norm=term)
            for term in terms
        ]
        self._emit("sum", y, shape.channels, {"y": y.buffer}, addends)

        def backward() -> None:
            gradient = self._gradient(y)
            if gradient is None:
                return
            for term in terms:
                if isinstance(term, Image):
                    term.terms.append(_Total(gradient.buffer, owned=len(terms) == 1 and gradient.owned))
                else:
                    places = {"y_gradient": gradient.buffer, "norm_gradient": term.gradient}
                    self._emit("shift_gradient", y, shape.channels, places)

        self._backward.append(backward)
        return y

    def pooling(self, x: Image) -> Image:
        """Means over 3 × 3 pixels; only those within the image count."""
        return self._without_parameters("pooling", x, x.shape)

    def halving(self, x: Image) -> Image:
        """Means over 2 × 2 pixels, with stride 2."""
        batch, height, width, channels = x.shape
        return self._without_parameters("halving", x, Shape(batch, height // 2, width // 2, channels))

    def activation(self, x: Image, norm: Parameter) -> Image:
        """Normalised and then rectified images."""
        channels = x.shape.channels
        y = Image(x.shape, Buffer(x.shape.floats), Buffer(2 * channels))
        places = {"x": x.buffer, "y": y.buffer, "norm": norm, "statistics": y.statistics}
        self._emit("activation", x, channels, places)
        answer = Image(y.shape, y.buffer)

        def backward() -> None:
            gradient = self._gradient(answer)
            if gradient is None:
                return
            # The operation overwrites it.
            assert gradient.owned
            arriving = gradient.buffer
            changes = {"y_gradient": arriving, "x_gradient": arriving, "norm_gradient": norm.gradient}
            self._emit("activation_gradient", x, channels, {**places, **changes})
            x.terms.append(gradient)

        self._backward.append(backward)
        return answer

    def classification(
        self, x: Image, layer: tuple[Parameter, Parameter], labels: Buffer, result: Buffer, factor: float
    ) -> None:
        """The mean cross entropy of a linear layer on the mean over all pixels.

        Args:
            x: images.
            layer: weight and bias.
            labels: int32, one for each sample.
            result: where the cross entropy is written.
            factor: of the cross entropy in the loss.
        """
        weight, bias = layer
        batch, _, _, channels = x.shape
        kept = Buffer(batch * (channels + bias.floats) + 16)
        places = {"x": x.buffer, "y": result, "weight": weight, "norm": bias, "statistics": kept, "reference": labels}
        self._emit("classification", x, bias.floats, places)

        def backward() -> None:
            x_gradient = Buffer(x.shape.floats)
            gradients = {"x_gradient": x_gradient, "weight_gradient": weight.gradient, "norm_gradient": bias.gradient}
            self._emit("classification_gradient", x, bias.floats, {**places, **gradients}, factor=factor)
            x.terms.append(_Total(x_gradient, owned=True))

        self._backward.append(backward)

    def comparison(self, x: Image, reference: Buffer, result: Buffer, factor: float) -> None:
        """The CKA of a stage with the teacher's.

        Args:
            x: features.
            reference: the teacher's centred Gram matrix, batch × batch, divided by its norm.
            result: where the CKA is written.
            factor: of the CKA in the loss.
        """
        kept = Buffer(x.shape.batch**2)
        places = {"x": x.buffer, "y": result, "statistics": kept, "reference": reference}
        self._emit("comparison", x, x.shape.channels, places)

        def extend(base: _Total | None) -> _Total:
            x_gradient = self._target(x, base, in_place=True)
            changes = {"base": None if base is None else base.buffer, "x_gradient": x_gradient}
            self._emit("comparison_gradient", x, x.shape.channels, {**places, **changes}, factor=factor)
            return _Total(x_gradient, owned=True)

        self._backward.append(lambda: x.extensions.append(extend))

    def differentiate(self) -> None:
        """Appends the operations of the gradient of the loss by all parameters. Call it once, at the end."""
        for backward in reversed(self._backward):
            backward()

    def _without_parameters(self, kind: str, x: Image, shape: Shape) -> Image:
        y = Image(shape, Buffer(shape.floats))
        self._emit(kind, x, shape.channels, {"x": x.buffer, "y": y.buffer})

        def backward() -> None:
            gradient = self._gradient(y)
            if gradient is not None:
                x_gradient = Buffer(x.shape.floats)
                places = {"y_gradient": gradient.buffer, "x_gradient": x_gradient}
                self._emit(f"{kind}_gradient", x, shape.channels, places)
                x.terms.append(_Total(x_gradient, owned=True))

        self._backward.append(backward)
        return y

    def _convolved(self, x: Image, outputs: int, stride: int, *, normalised: bool) -> Image:
        batch, height, width, _ = x.shape
        shape = Shape(batch, height // stride, width // stride, outputs)
        return Image(shape, Buffer(shape.floats), Buffer(4 * outputs) if normalised else None)

    def _target(self, x: Image, base: _Total | None, *, in_place: bool) -> Buffer:
        return base.buffer if in_place and base is not None and base.owned else Buffer(x.shape.floats)

    def _gradient(self, image: Image) -> _Total | None:
        """The whole gradient of an image, once all its readers have added theirs; None if nothing reads it."""
        total = self._add(image)
        for extend in image.extensions:
            total = extend(total)
        return total

    def _add(self, image: Image) -> _Total | None:
        totals = image.terms
        if not totals:
            return None
        total, *rest = totals
        while rest:
            added, rest = [total, *rest[: MOST_TERMS - 1]], rest[MOST_TERMS - 1 :]
            target = next((it.buffer for it in added if it.owned), None) or Buffer(image.shape.floats)
            terms = [Addend(it.buffer) for it in added]
            self._emit("sum", image, image.shape.channels, {"y": target}, terms)
            total = _Total(target, owned=True)
        return total

    def _emit(
        self,
        kind: str,
        x: Image,
        outputs: int,
        places: dict[str, Buffer | None] | dict[str, Buffer],
        terms: Sequence[Addend] = (),
        factor: float = 0.0,
    ) -> None:
        channels = outputs if "convolution" in kind or "projection" in kind else x.shape.channels
        library = 1 if channels % self._lanes or x.shape.channels % self._lanes else 0
        self.operations.append(Operation(kind, x.shape, outputs, library, places, terms, factor))
