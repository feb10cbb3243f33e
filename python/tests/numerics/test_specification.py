"""The specification is read from JSON, and has the fields that the protocol defines."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import rminas_sidecar
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import Assets, CosineSpecification, Specification

Build = Callable[..., dict[str, Any]]


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda match: f"_{match[1].lower()}", name)


def _fields(value: Any) -> Any:
    if not dataclasses.is_dataclass(value):
        return None
    return {field.name: _fields(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _properties(schema: Mapping[str, Any]) -> Any:
    if schema.get("type") != "object":
        return None
    return {_snake(name): _properties(value) for name, value in schema["properties"].items()}


def _prepare_schema() -> dict[str, Any]:
    path = Path(rminas_sidecar.__file__).parent / "protocol" / "schema.json"
    messages = json.loads(path.read_text())["toSidecar"]["oneOf"]
    (prepare,) = [item for item in messages if item["properties"]["type"]["const"] == "prepare"]
    body: dict[str, Any] = prepare["properties"]["body"]["properties"]
    return body


IMAGES = {
    **{"form": "folder", "name": None, "imageColumn": None, "labelColumn": None, "heldOutShare": 0.2},
    **{"mean": [0.5] * 3, "deviation": [0.25] * 3, "augmentation": "crop-and-flip", "fingerprint": "0" * 64},
}
OWN_TEACHER = {
    **{"kind": "factory", "name": "make", "version": None, "weights": None, "code": "0" * 64},
    **{"stages": ["a", "b", "c"], "classes": 10},
}


def test_the_fields_are_those_of_the_protocol(specification: Build) -> None:
    complete = specification(
        optimizer={"gradientNorm": 5, "cosine": {"updates": 300, "minimum": 0.001}},
        teacher={"own": OWN_TEACHER},
    )
    complete["images"] = IMAGES
    assert _fields(Specification.from_dict(complete)) == _properties(_prepare_schema()["specification"])
    assert set(_fields(Assets(None, None))) == set(_properties(_prepare_schema()["assets"]))


def test_values_are_read_from_their_keys(specification: Build) -> None:
    body = specification(optimizer={"learningRate": 0.25, "weightDecay": 0.125}, network={"resolution": 33})
    read = Specification.from_dict(body)
    assert (read.optimizer.learning_rate, read.optimizer.weight_decay, read.network.resolution) == (0.25, 0.125, 33)


def test_omitted_settings_have_no_effect(specification: Build) -> None:
    optimizer = Specification.from_dict(specification()).optimizer
    assert (optimizer.gradient_norm, optimizer.cosine) == (None, None)
    changed = {"gradientNorm": 5, "cosine": {"updates": 300, "minimum": 0.001}}
    optimizer = Specification.from_dict(specification(optimizer=changed)).optimizer
    assert (optimizer.gradient_norm, optimizer.cosine) == (5, CosineSpecification(updates=300, minimum=0.001))


def test_paths_and_their_absence() -> None:
    assert Assets.from_dict({"dataset": "/a b", "teacher": None}) == Assets(Path("/a b"), None)


@pytest.mark.parametrize("settings", [{"momentum": 0}, {"dampening": 0.1}])
def test_nesterov_without_plain_momentum_is_refused(specification: Build, settings: dict[str, float]) -> None:
    body = specification(optimizer={"nesterov": True, **settings})
    with pytest.raises(SidecarError) as caught:
        Specification.from_dict(body)
    assert caught.value.code == "invalid-message"
    assert "OPTIM.NESTEROV" in caught.value.next_steps[0]
