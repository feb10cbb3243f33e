"""The text of `model.py`: a network as one file of Python that imports only torch."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from torch import nn

from rminas_sidecar.export.classes import ClassReader, Definition
from rminas_sidecar.export.constructors import KERNEL, Call, Container, Number, Value, WrittenModule

_WIDTH = 100
_STEP = "    "


@dataclass(frozen=True)
class ModelFacts:
    """The constants of `model.py`.

    Args:
        title: the first line of the file.
        genotype: in the notation of its space.
        classes: number of logits.
        resolution: height and width of an image, in pixels.
        mean: of each channel of the images, whose values are 0 to 1.
        deviation: the same.
        class_names: names of the classes, in order; none where they have only numbers.
    """

    title: str
    genotype: str
    classes: int
    resolution: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    class_names: tuple[str, ...] = ()


def write_source(network: nn.Module, facts: ModelFacts) -> str:
    """Writes a network as Python.

    Args:
        network: answers (features of three stages, logits), or the logits alone; in evaluation mode.

    Raises:
        CannotWrite: a part of it cannot be written as Python.
    """
    reader = ClassReader()
    root = reader.read(network)
    classes = [text for definition in reader.definitions.values() for text in _class(definition, root.definition)]
    ordered = "OrderedDict(" in "\n".join(classes)
    functional = "functional." in "\n".join(classes)
    return "\n".join([*header(facts, ordered=ordered, functional=functional), *classes, LOADER])


def header(facts: ModelFacts, *, ordered: bool, functional: bool) -> Iterator[str]:
    """The docstring, the imports and the constants."""
    yield from docstring(facts, "Needs only torch:")
    yield "import json"
    if ordered:
        yield "from collections import OrderedDict"
    yield "from pathlib import Path"
    yield ""
    yield "import torch"
    yield "from torch import nn"
    if functional:
        yield "from torch.nn import functional"
    yield ""
    yield from constants(facts)


def docstring(facts: ModelFacts, origin: str) -> Iterator[str]:
    """The docstring of `model.py`: what it is, and how it is used.

    Args:
        origin: a sentence about the network that ends with a colon.
    """
    yield f'"""{facts.title}'
    yield ""
    yield f"Written by rminas. {origin}"
    yield ""
    yield "    from model import load_network, normalise"
    yield ""
    yield "    network = load_network()            # with the weights of weights.safetensors"
    yield "    logits = network(normalise(images)) # images: batch × 3 × height × width, values from 0 to 1"
    yield '"""'
    yield ""


def constants(facts: ModelFacts) -> Iterator[str]:
    """What a user of the network needs to know, as assignments."""
    yield f"GENOTYPE = {facts.genotype!r}"
    yield f"CLASSES = {facts.classes}"
    if facts.class_names:
        yield f"CLASS_NAMES = {json.dumps(facts.class_names, ensure_ascii=False)}"
    yield f"RESOLUTION = {facts.resolution}"
    yield f"MEAN = {tuple(facts.mean)!r}"
    yield f"DEVIATION = {tuple(facts.deviation)!r}"


def _class(definition: Definition, root: Definition) -> Iterator[str]:
    yield ""
    yield ""
    yield f"class {definition.name}(nn.Module):"
    if definition is root:
        yield from _doc("The network. `forward` answers the logits, batch × classes.")
    elif definition.doc:
        yield from _doc(definition.doc)
    if definition.doc or definition is root:
        yield ""
    if definition.attributes or definition.tensors:
        yield from _constructor(definition)
        yield ""
    yield from _forward(definition, definition is root)


def _constructor(definition: Definition) -> Iterator[str]:
    parameters = ", ".join(["self", *definition.parameters])
    yield f"{_STEP}def __init__({parameters}):"
    yield f"{_STEP * 2}super().__init__()"
    texts = iter(definition.texts)
    for name, value in definition.attributes:
        yield from _statement(f"self.{name} = ", _render(value, texts))
    for name, tensor, trained in definition.tensors:
        empty = f"torch.zeros({tuple(tensor.shape)}, dtype={tensor.dtype})"
        if trained:
            yield f"{_STEP * 2}self.{name} = nn.Parameter({empty})"
        else:
            yield f"{_STEP * 2}self.register_buffer({name!r}, {empty})"


def _forward(definition: Definition, is_root: bool) -> Iterator[str]:
    inputs = ", ".join(["self", *definition.forward.inputs])
    if is_root and definition.forward.returns_features:
        yield f"{_STEP}def forward({inputs}):"
        yield f"{_STEP * 2}return self.features_and_logits({', '.join(definition.forward.inputs)})[1]"
        yield ""
        yield f"{_STEP}def features_and_logits({inputs}):"
        yield f'{_STEP * 2}"""A list with the features of three stages, and the logits."""'
        yield f"{_STEP * 2}features = []"
    else:
        yield f"{_STEP}def forward({inputs}):"
    yield from (f"{_STEP * 2}{line}" for line in definition.forward.lines)


def _doc(text: str) -> Iterator[str]:
    lines = wrap(text, _WIDTH - len(_STEP) - 6)
    if len(lines) == 1:
        yield f'{_STEP}"""{lines[0]}"""'
        return
    yield f'{_STEP}"""{lines[0]}'
    yield from (f"{_STEP}{line}" for line in lines[1:])
    yield f'{_STEP}"""'


@dataclass(frozen=True)
class _Pieces:
    """A call in the source, whose items may be spread over lines."""

    head: str
    items: Sequence["str | _Pieces"]
    tail: str

    def flat(self) -> str:
        return self.head + ", ".join(item if isinstance(item, str) else item.flat() for item in self.items) + self.tail


def _render(value: Value, texts: Iterator[str]) -> "str | _Pieces":
    """Takes the next text of the class for each number of the value."""
    if isinstance(value, Number):
        return next(texts)
    if isinstance(value, WrittenModule):
        names = [number.role for number in value.arguments]
        return _Pieces(f"{value.class_name}(", [f"{name}={next(texts)}" for name in names], ")")
    if isinstance(value, Call):
        return _Pieces(f"{value.function}(", list(_call_arguments(value, texts)), ")")
    if isinstance(value, Container):
        return _container(value, texts)
    return value.text


def _call_arguments(call: Call, texts: Iterator[str]) -> Iterator[str]:
    defaults = dict(call.defaults)
    shown: dict[str, str] = {}
    for name, argument in call.arguments:
        text = _render(argument, texts)
        shown[name] = text if isinstance(text, str) else text.flat()
    for name, text in shown.items():
        if name not in defaults:
            yield text
        elif text != (shown.get(KERNEL) if defaults[name] == KERNEL else defaults[name]):
            yield f"{name}={text}"


def _container(container: Container, texts: Iterator[str]) -> _Pieces:
    items = [_render(item, texts) for item in container.items]
    if container.names is None:
        brackets = ("(", ")") if container.function == "nn.Sequential" else ("([", "])")
        return _Pieces(container.function + brackets[0], items, brackets[1])
    named: list[str | _Pieces] = [
        f"{name!r}: {item}" if isinstance(item, str) else _Pieces(f"{name!r}: {item.head}", item.items, item.tail)
        for name, item in zip(container.names, items, strict=True)
    ]
    if container.function == "nn.ModuleDict":
        return _Pieces("nn.ModuleDict({", named, "})")
    return _Pieces(f"{container.function}(OrderedDict({{", named, "}))")


def _statement(start: str, value: "str | _Pieces", depth: int = 2, end: str = "") -> Iterator[str]:
    """An assignment on one line, or spread over lines where it is too long."""
    flat = value if isinstance(value, str) else value.flat()
    if isinstance(value, str) or not value.items or len(_STEP) * depth + len(start + flat + end) <= _WIDTH:
        yield f"{_STEP * depth}{start}{flat}{end}"
        return
    yield f"{_STEP * depth}{start}{value.head}"
    for item in value.items:
        yield from _statement("", item, depth + 1, ",")
    yield f"{_STEP * depth}{value.tail}{end}"


LOADER = '''

def normalise(images):
    """Images with values from 0 to 1 (batch × 3 × height × width), as the network expects them."""
    mean = torch.tensor(MEAN, dtype=images.dtype, device=images.device)[:, None, None]
    deviation = torch.tensor(DEVIATION, dtype=images.dtype, device=images.device)[:, None, None]
    return (images - mean) / deviation


def read_weights(path):
    """The state dict in a safetensors file."""
    types = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    types.update({"I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool})
    content = Path(path).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    table = json.loads(content[8:start])
    table.pop("__metadata__", None)
    weights = {}
    for name, entry in table.items():
        first, last = (start + place for place in entry["data_offsets"])
        numbers = torch.frombuffer(bytearray(content[first:last]), dtype=types[entry["dtype"]])
        weights[name] = numbers.reshape(entry["shape"])
    return weights


def load_network(weights=Path(__file__).with_name("weights.safetensors")):
    """The network with trained weights, in evaluation mode."""
    network = Network()
    network.load_state_dict(read_weights(weights))
    return network.eval()
'''
