"""Chooses the modules of a teacher whose features are compared with those of a candidate."""

import difflib
from collections.abc import Sequence

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.teachers.own.layers import Layer

_STEP = "Name them: --teacher-stages A,B,C. `rminas teacher inspect` lists the layers."
_SHOWN = 8


def find_stages(layers: Sequence[Layer], count: int) -> list[str]:
    """The last module before each drop of the resolution, evenly chosen: the first and the last are among them.

    Parts of a residual block do not count, because the shortcut passes them by: a module that is not a chain and lowers
    the resolution at most once is taken whole.

    Args:
        layers: in the order in which they ended.
        count: stages to choose.

    Returns:
        Names of modules, in the order in which they run.

    Raises:
        SidecarError: `unsuitable-stages` when the network has fewer resolutions.
    """
    last = _last_of_each_resolution(_whole_modules(layers))
    if len(last) < count:
        raise _too_few(last, layers, count)
    if count == 1:
        return [last[-1].name]
    chosen = [round(index * (len(last) - 1) / (count - 1)) for index in range(count)]
    return [last[index].name for index in chosen]


def check_stages(layers: Sequence[Layer], stages: Sequence[str], count: int) -> list[Layer]:
    """The layers of these names.

    Raises:
        SidecarError: `unsuitable-stages` for another number of stages, a repeated one, one that the network does not
            have or does not run, and for feature maps of one shape.
    """
    if len(stages) != count or len(set(stages)) != count:
        problem = f"{len(set(stages))} different stages are named ({', '.join(stages)}), and the space has {count}"
        raise SidecarError("unsuitable-stages", f"{problem}.", [f"Name exactly {count} modules."])
    by_name = {layer.name: layer for layer in layers}
    found = [_layer_named(stage, by_name) for stage in stages]
    shapes = {layer.shape for layer in found}
    if count > 1 and len(shapes) == 1 and found[0].area is not None:
        problem = f"The stages {', '.join(stages)} all answer the shape {describe_shape(found[0].shape)}"
        steps = ["Name modules at different resolutions, or leave out --teacher-stages so that rminas finds them."]
        raise SidecarError("unsuitable-stages", f"{problem}, so they tell little apart.", steps)
    return found


def describe_shape(shape: Sequence[int] | None) -> str:
    """A shape in words, e.g. `16 × 32 × 32`."""
    return "nothing that can be compared" if shape is None else " × ".join(map(str, shape))


def _layer_named(stage: str, layers: dict[str, Layer]) -> Layer:
    layer = layers.get(stage)
    if layer is None or not stage:
        near = difflib.get_close_matches(stage, [name for name in layers if name], n=3, cutoff=0.3)
        hint = f" The nearest are {', '.join(near)}." if near else ""
        problem = f"The teacher has no module {stage!r} that runs.{hint}"
        raise SidecarError("unsuitable-stages", problem, [_STEP])
    if layer.shape is None:
        problem = f"The module {stage} does not answer one tensor with a row for each image"
        raise SidecarError("unsuitable-stages", f"{problem}, so it cannot be a stage.", [_STEP])
    return layer


def _whole_modules(layers: Sequence[Layer]) -> list[Layer]:
    """Feature maps that no block contains."""
    maps = [layer for layer in layers if layer.area is not None]
    blocks = [layer for layer in maps if layer.name and not layer.chain and _drops_in(layer, maps) < 2]
    return [layer for layer in maps if not any(layer.is_in(block) for block in blocks)]


def _drops_in(block: Layer, maps: Sequence[Layer]) -> int:
    inner = [layer for layer in maps if layer.is_in(block) or layer is block]
    return len(_last_of_each_resolution(inner)) - 1


def _last_of_each_resolution(layers: Sequence[Layer]) -> list[Layer]:
    """The last layer of each resolution from which on none is larger."""
    found: list[Layer] = []
    for layer in reversed(_without_pooling(layers)):
        if layer.name and (not found or _area(layer) > _area(found[-1])):
            found.append(layer)
    return found[::-1]


def _without_pooling(layers: Sequence[Layer]) -> Sequence[Layer]:
    """The layers without a final pooling to one pixel, and what follows it."""
    maps = 1 + max((index for index, layer in enumerate(layers) if _area(layer) > 1), default=-1)
    if maps == len(layers) or layers[maps].parameters == 0:
        return layers[:maps]
    return [*layers[:maps], *(layer for layer in layers[maps:] if layer.parameters)]


def _area(layer: Layer) -> int:
    return layer.area or 0


def _too_few(found: Sequence[Layer], layers: Sequence[Layer], count: int) -> SidecarError:
    known = ", ".join(f"{layer.name} ({describe_shape(layer.shape)})" for layer in found) or "none"
    steps = [_STEP]
    example = _example(layers, count)
    if example:
        steps.insert(0, f"For example, three of its blocks: --teacher-stages {','.join(example)}")
    return SidecarError(
        "unsuitable-stages",
        f"The teacher's feature maps have {len(found)} different resolutions, and {count} stages are needed. "
        f"The last modules of each are: {known}.",
        steps,
    )


def _example(layers: Sequence[Layer], count: int) -> list[str]:
    """Blocks of equal depth and kind, evenly chosen, e.g. of a transformer."""
    kinds: dict[tuple[str, str, object], list[str]] = {}
    for layer in layers:
        if layer.shape is not None and len(layer.shape) > 1 and layer.parameters:
            parent = layer.name.rpartition(".")[0]
            kinds.setdefault((parent, layer.kind, layer.shape), []).append(layer.name)
    rows = [names for names in kinds.values() if len(names) >= count]
    if not rows:
        return []
    row = min(rows, key=lambda names: names[0].count("."))
    return [row[(index + 1) * len(row) // count - 1] for index in range(count)]
