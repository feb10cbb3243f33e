"""Builds the operations of a network and, by reverse differentiation, those of its gradient."""

from collections.abc import Sequence
from itertools import accumulate

from rminas_sidecar.kernels.program import MOST_TERMS
from rminas_sidecar.programs.buffers import Buffer
from rminas_sidecar.programs.operations import RECTIFIED, RELU, Addend, Shape, Window
from rminas_sidecar.programs.parameters import Layer, Parameter
from rminas_sidecar.programs.tape import Image, Tape, Total

# Their gradients do not normalise what they read, and do not sum what they write.
_WHOLE_IMAGES = ("tiled_convolution", "strided_convolution")
# Their gradients read the gradient of y before they write there, if the images have the same shape.
_OVERWRITING = ("pointwise_convolution", "depthwise_convolution")


class Graph(Tape):
    """The operations of a network."""

    def convolution(
        self, kind: str, x: Image, layer: Layer, window: Window = RECTIFIED, *, differentiable: bool = True
    ) -> Image:
        """A convolved image, not yet normalised. Images that are not yet normalised are normalised while they are read.

        Args:
            kind: `tiled_convolution`, 3 × 3; `pointwise_convolution`, 1 × 1; `depthwise_convolution`; or
                `strided_convolution`, 3 × 3 with stride 2.
            x: images.
            layer: weight and normalisation.
            window: of the convolution; it says whether x is rectified.
            differentiable: whether x needs a gradient.
        """
        assert kind not in _WHOLE_IMAGES or x.statistics is None
        x.readers += 1
        shape, outputs = _strided(x.shape, window.stride, layer.outputs), layer.outputs
        y = Image(shape, Buffer(shape.floats), Buffer(4 * outputs) if layer.normalised else None)
        places = {"x": x.buffer, "x_statistics": x.statistics, "y": y.buffer, "weight": layer.weight}
        places |= {"norm": layer.norm, "statistics": y.statistics}
        self._emit(kind, x, outputs, places, window)

        def write(gradient: Total) -> None:
            gradients = {"y_gradient": gradient.buffer, "weight_gradient": layer.weight.gradient}
            if layer.norm is not None:
                gradients["norm_gradient"] = layer.norm.gradient
            every = {**places, **gradients, "y_sums": y.gradient_sums}
            if differentiable:
                in_place = kind != "strided_convolution"
                spare = gradient if kind in _OVERWRITING and y.shape == x.shape else None
                self._extend(f"{kind}_gradient", x, outputs, every, window, in_place=in_place, spare=spare)
            else:
                self._emit(f"{kind}_gradient", x, outputs, every, window)

        self.on_gradient(y, write)
        return y

    def normalised(self, x: Image) -> Image:
        """An image that is not yet normalised, normalised."""
        return self.sum([x], x.shape)

    def normalisation(self, x: Image, norm: Parameter | None) -> Image:
        """The same images with the statistics that normalise them."""
        y = Image(x.shape, x.buffer, Buffer(4 * x.shape.channels))
        places = {"y": y.buffer, "norm": norm, "statistics": y.statistics}
        self._emit("normalisation", x, x.shape.channels, places)

        def write(gradient: Total) -> None:
            x_gradient = Buffer(x.shape.floats)
            gradients = {"y_gradient": gradient.buffer, "y_sums": y.gradient_sums, "x_gradient": x_gradient}
            norms = {} if norm is None else {"norm_gradient": norm.gradient}
            self._emit("normalisation_gradient", x, x.shape.channels, {**places, **gradients, **norms})
            x.terms.append(Total(x_gradient, owned=True))

        self.on_gradient(y, write)
        return y

    def rectified(self, x: Image, rectifies: int = RELU) -> Image:
        """Images rectified by ReLU or ReLU6; images that are not yet normalised are normalised before."""
        y = Image(x.shape, Buffer(x.shape.floats))
        self._insert([(x, Window(rectifies=rectifies))], y)
        return y

    def concatenation(self, images: Sequence[Image]) -> Image:
        """The channels of all images, of which those that are not yet normalised are normalised."""
        batch, height, width, _ = images[0].shape
        shape = Shape(batch, height, width, sum(image.shape.channels for image in images))
        y = Image(shape, Buffer(shape.floats))
        ends = accumulate(image.shape.channels for image in images)
        self._insert([(it, Window(first=end - it.shape.channels)) for it, end in zip(images, ends, strict=True)], y)
        return y

    def sum(self, terms: Sequence[Image | Parameter], shape: Shape) -> Image:
        """The sum of images, normalised where they are not yet, and of norms of zeros."""
        if len(terms) == 1 and isinstance(terms[0], Image) and terms[0].statistics is None:
            return terms[0]
        if len(terms) > MOST_TERMS:
            return self.sum([self.sum(terms[:MOST_TERMS], shape), *terms[MOST_TERMS:]], shape)
        y = Image(shape, Buffer(shape.floats))
        addends = []
        for term in terms:
            if isinstance(term, Image):
                term.readers += 1
            addends.append(Addend(term.buffer, term.statistics) if isinstance(term, Image) else Addend(None, norm=term))
        self._emit("sum", y, shape.channels, {"y": y.buffer}, terms=addends)

        def write(gradient: Total) -> None:
            for term in terms:
                if isinstance(term, Image):
                    term.terms.append(Total(gradient.buffer, owned=len(terms) == 1 and gradient.owned))
                else:
                    places = {"y_gradient": gradient.buffer, "norm_gradient": term.gradient}
                    self._emit("shift_gradient", y, shape.channels, places)

        self.on_gradient(y, write)
        return y

    def pooling(self, x: Image, stride: int = 1) -> Image:
        """Means over 3 × 3 pixels; only those within the image count."""
        return self._without_parameters("pooling", x, Window(side=3, stride=stride))

    def maximum(self, x: Image, stride: int = 1) -> Image:
        """Maxima over 3 × 3 pixels within the image."""
        return self._without_parameters("maximum", x, Window(side=3, stride=stride))

    def halving(self, x: Image) -> Image:
        """Means over 2 × 2 pixels, with stride 2."""
        return self._without_parameters("halving", x, Window(side=2, stride=2))

    def sampling(self, x: Image, first: int = 0, rectifies: int = 0) -> Image:
        """Every second pixel, beginning with line and column `first`; normalised if x is not yet."""
        return self._without_parameters("sampling", x, Window(stride=2, first=first, rectifies=rectifies))

    def activation(self, x: Image, norm: Parameter) -> Image:
        """Normalised and then rectified images."""
        x.readers += 1
        channels = x.shape.channels
        y = Image(x.shape, Buffer(x.shape.floats))
        places = {"x": x.buffer, "y": y.buffer, "norm": norm, "statistics": Buffer(2 * channels)}
        self._emit("activation", x, channels, places)

        def write(gradient: Total) -> None:
            # The operation overwrites it.
            assert gradient.owned
            arriving = gradient.buffer
            changes = {"y_gradient": arriving, "x_gradient": arriving, "norm_gradient": norm.gradient}
            self._emit("activation_gradient", x, channels, {**places, **changes})
            x.terms.append(gradient)

        self.on_gradient(y, write)
        return y

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
            x.terms.append(Total(x_gradient, owned=True))

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

        def backward() -> None:
            self._extend("comparison_gradient", x, x.shape.channels, places, factor=factor)

        self._backward.append(backward)

    def _without_parameters(self, kind: str, x: Image, window: Window) -> Image:
        x.readers += 1
        shape = _strided(x.shape, window.stride, x.shape.channels)
        y = Image(shape, Buffer(shape.floats))
        places = {"x": x.buffer, "x_statistics": x.statistics, "y": y.buffer}
        self._emit(kind, x, shape.channels, places, window)

        def write(gradient: Total) -> None:
            x_gradient = Buffer(x.shape.floats)
            gradients = {"y_gradient": gradient.buffer, "x_gradient": x_gradient, "x_sums": self._sums(x)}
            self._emit(f"{kind}_gradient", x, shape.channels, {**places, **gradients}, window)
            x.terms.append(Total(x_gradient, owned=True))

        self.on_gradient(y, write)
        return y

    def _insert(self, sources: Sequence[tuple[Image, Window]], y: Image) -> None:
        """Writes images, as their windows say, to channels of y."""
        places = [{"x": x.buffer, "x_statistics": x.statistics, "y": y.buffer} for x, _ in sources]
        for (x, window), its in zip(sources, places, strict=True):
            x.readers += 1
            self._emit("insertion", x, y.shape.channels, its, window)

        def write(gradient: Total) -> None:
            for (x, window), its in zip(sources, places, strict=True):
                every = {**its, "y_gradient": gradient.buffer}
                self._extend("insertion_gradient", x, y.shape.channels, every, window)

        self.on_gradient(y, write)


def _strided(shape: Shape, stride: int, channels: int) -> Shape:
    batch, height, width, _ = shape
    return Shape(batch, -(-height // stride), -(-width // stride), channels)
