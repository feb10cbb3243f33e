"""Checkpoints as people have them: other names, wrappers and formats, and files that are not checkpoints."""

import bz2
import json
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.evaluation.session import Session
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.networks.safetensors_files import is_safetensors
from rminas_sidecar.teachers import load_teacher
from rminas_sidecar.teachers.examination import ExaminedTeacher
from support.tiny_data import make_results, make_state

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
TEACHER = "resnet20"
_NB201 = "nas-bench-201-9930"
State = dict[str, Tensor]


def _save(path: Path, content: Any, **options: Any) -> Path:
    torch.save(content, path, **options)
    return path


def _refusal(path: Path, architecture: str = TEACHER) -> SidecarError:
    with pytest.raises(SidecarError) as caught:
        load_teacher(architecture, path)
    assert str(path) in caught.value.message
    assert caught.value.next_steps
    return caught.value


def _prefixed(state: State, prefix: str) -> State:
    return {prefix + name: value for name, value in state.items()}


def _with_head(state: State, name: str) -> State:
    return {key.replace("linear.", f"{name}."): value for key, value in state.items()}


KINDS: dict[str, Callable[[State], Any]] = {
    "a head of another name": lambda state: _with_head(state, "fc"),
    "a head in a module": lambda state: _with_head(state, "classifier.1"),
    "torch.compile": lambda state: _prefixed(state, "_orig_mod."),
    "torch.compile in DataParallel": lambda state: {"net": _prefixed(state, "module._orig_mod.")},
    "Lightning": lambda state: {"state_dict": _prefixed(state, "model."), "epoch": 3},
    "a backbone": lambda state: {"model": {"weights": _prefixed(state, "module.backbone.")}},
    "counters": lambda state: {
        **state,
        "total_ops": torch.zeros(1),
        "layer1.0.conv1.total_ops": torch.zeros(1),
        "layer1.total_params": torch.zeros(1),
    },
    "parameters": lambda state: OrderedDict((name, nn.Parameter(value, False)) for name, value in state.items()),
    "half precision": lambda state: {
        name: value.half() if value.is_floating_point() else value for name, value in state.items()
    },
    **{
        name: lambda state, name=name: {name: state, "acc": 91.7, "epoch": 199}
        for name in ("state_dict", "model_state_dict", "net", "net_state_dict", "model", "weights")
    },
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("zipped", [True, False])
def test_weights_are_found(tmp_path: Path, kind: str, zipped: bool) -> None:
    state = make_state(TEACHER, 3)
    path = _save(tmp_path / "t.pt", KINDS[kind](state), _use_new_zipfile_serialization=zipped)
    found = load_teacher(TEACHER, path).state_dict()
    precision = torch.float16 if kind == "half precision" else torch.float32
    assert all(torch.equal(found[name], value.to(precision).to(value.dtype)) for name, value in state.items())


@pytest.mark.parametrize("zipped", [True, False])
def test_it_reads_what_torch_reads(tmp_path: Path, zipped: bool) -> None:
    base = torch.arange(24.0)
    content = {
        "views": [base[3:9], base.view(4, 6).t(), base.view(4, 6)[:, 2]],
        "types": [
            torch.tensor([1, 2], dtype=kind) for kind in (torch.float64, torch.bfloat16, torch.int64, torch.uint8)
        ],
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(0.5),
        "empty": torch.zeros(0, 3),
        "plain": [None, True, 3, 2**70, -1.5, "text ü", (1, 2), {1, 2}, OrderedDict(a=1), torch.Size([2, 3])],
    }
    path = _save(tmp_path / "t.pt", content, _use_new_zipfile_serialization=zipped)
    found: Any = read_checkpoint(path, "The file", ["Step."], 1 << 20)
    expected = torch.load(path, weights_only=True)
    assert found["plain"] == expected["plain"]
    for name in ("views", "types"):
        for ours, theirs in zip(found[name], expected[name], strict=True):
            assert ours.dtype == theirs.dtype and ours.stride() == theirs.stride() and torch.equal(ours, theirs)
    for name in ("bool", "scalar", "empty"):
        assert found[name].dtype == expected[name].dtype and torch.equal(found[name], expected[name])
    assert found["views"][0].untyped_storage().data_ptr() == found["views"][1].untyped_storage().data_ptr()


def test_names_are_told_where_the_head_is_not_found(tmp_path: Path) -> None:
    state = _with_head(make_state(TEACHER), "fc")
    del state["fc.weight"]
    error = _refusal(_save(tmp_path / "t.pt", state))
    assert error.code == "unsuitable-teacher"
    assert "in place of linear.weight, linear.bias it has fc.bias" in error.message


def test_a_head_of_another_name_and_other_classes(tmp_path: Path) -> None:
    error = _refusal(_save(tmp_path / "t.pt", _with_head(make_state(TEACHER, classes=100), "fc")))
    assert error.code == "unsuitable-teacher"
    assert "trained for 100 classes, and the data set has 10" in error.message


def test_entries_are_named_where_no_state_dict_is(tmp_path: Path) -> None:
    error = _refusal(_save(tmp_path / "t.pt", {"epoch": 3, "ema": make_state(TEACHER)}))
    assert error.code == "unsuitable-teacher"
    assert "its entries are epoch, ema" in error.message
    assert "model_state_dict" in error.next_steps[0]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_compressed_by_another_method(tmp_path: Path, method: int) -> None:
    path = _save(tmp_path / "stored.pt", {"weight": torch.ones(2)})
    with zipfile.ZipFile(path) as stored, zipfile.ZipFile(tmp_path / "t.pt", "w", method) as other:
        for name in stored.namelist():
            other.writestr(name, stored.read(name))
    error = _refusal(tmp_path / "t.pt")
    assert error.code == "corrupt-file"
    assert "another method than deflate" in error.message


def _safetensors(state: State) -> bytes:
    names = {torch.float32: "F32", torch.int64: "I64"}
    table, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in state.items():
        content = value.contiguous().numpy().tobytes()
        places = [len(data), len(data) + len(content)]
        table[name] = {"dtype": names[value.dtype], "shape": list(value.shape), "data_offsets": places}  # type: ignore[dict-item]
        data += content
    head = json.dumps(table).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def test_safetensors(tmp_path: Path) -> None:
    state, path = make_state(TEACHER, 4), tmp_path / "model.safetensors"
    content = _safetensors(state)
    assert is_safetensors(content[:16], len(content))
    path.write_bytes(content)
    found = load_teacher(TEACHER, path).state_dict()
    assert all(torch.equal(found[name], value) for name, value in state.items())
    for length in (9, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert _refusal(path).code in ("corrupt-file", "refused-file"), length
    for place in ([0, 1 << 40], [8, 0], [0, 3], [-4, 0]):
        head = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": place}}).encode()
        path.write_bytes(struct.pack("<Q", len(head)) + head + b"\0" * 8)
        assert _refusal(path).code == "corrupt-file", place


@pytest.mark.parametrize(
    ("content", "what", "step"),
    [
        ((CASES / "html.pth").read_bytes(), "a web page", "Google Drive"),
        (b"\n<html><head></head></html>", "a web page", "raw link"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n", "Git LFS pointer", "git lfs pull"),
        (b"\x1f\x8b\x08\0rest", "gzip", "tar xf"),
        (b"<?xml version='1.0'?><Error/>", "XML", "again"),
        (b"\x89HDF\r\n\x1a\nrest", "HDF5", "published"),
        (b"words", "another format", "resnet20"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, what: str, step: str) -> None:
    (tmp_path / "t.pth").write_bytes(content)
    error = _refusal(tmp_path / "t.pth")
    assert error.code == "refused-file"
    assert what in error.message
    assert step in error.next_steps[0]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(tmp_path: Path, value: float) -> None:
    state = make_state(TEACHER)
    state["linear.bias"] = torch.full((10,), value)
    error = _refusal(_save(tmp_path / "t.pt", state))
    assert error.code == "unsuitable-teacher"
    assert "10 of the 10 numbers of linear.bias are not finite" in error.message


def test_weights_that_are_zero_or_integers(tmp_path: Path) -> None:
    state = make_state(TEACHER)
    error = _refusal(_save(tmp_path / "t.pt", {name: torch.zeros_like(value) for name, value in state.items()}))
    assert (error.code, "all weights are zero" in error.message) == ("unsuitable-teacher", True)
    error = _refusal(_save(tmp_path / "t.pt", {name: value.long() for name, value in state.items()}))
    assert (error.code, "torch.int64" in error.message) == ("unsuitable-teacher", True)


class _Answers(nn.Module):
    def __init__(self, feature: Tensor, logits: Tensor) -> None:
        super().__init__()
        self._answer = [feature], logits

    def forward(self, _images: Tensor) -> tuple[list[Tensor], Tensor]:
        return self._answer


@pytest.mark.parametrize(
    ("feature", "logits", "problem"),
    [
        (
            torch.full((2, 3), float("nan")),
            torch.ones(2, 10),
            "its features of stage 1 on the drawn images are not finite",
        ),
        (torch.zeros(2, 3), torch.ones(2, 10), "its features of stage 1 on the drawn images are all zero"),
        (torch.ones(2, 3), torch.full((2, 10), float("inf")), "its logits on the drawn images are not finite"),
        (torch.ones(2, 3), torch.zeros(2, 10), "its logits on the drawn images are all zero"),
        (torch.ones(2, 3), torch.ones(2, 10, dtype=torch.int64), "its logits are of the type torch.int64"),
    ],
)
def test_answers_that_cannot_teach(feature: Tensor, logits: Tensor, problem: str) -> None:
    with pytest.raises(SidecarError, match=problem) as caught:
        ExaminedTeacher(_Answers(feature, logits), "t.pt", ["Step."])(torch.zeros(2, 3, 8, 8))
    assert (caught.value.code, caught.value.next_steps) == ("unsuitable-teacher", ["Step."])


def _prepare(specification: Callable[..., dict[str, Any]], path: Path) -> dict[str, Any]:
    return Session.prepare(specification(), {"dataset": None, "teacher": str(path)}, "cpu").report()


def test_a_teacher_with_overflowing_activations(specification: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    state = make_state("digits-resnet")
    state["linear.weight"] = torch.full((10, 64), 3e38)
    with pytest.raises(SidecarError, match="its logits on the drawn images are not finite") as caught:
        _prepare(specification, _save(tmp_path / "t.pt", state))
    assert caught.value.code == "unsuitable-teacher"


def test_a_teacher_at_chance_is_noted(specification: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    path = _save(tmp_path / "t.pt", make_state("digits-resnet", 1))
    (note,) = _prepare(specification, path)["notes"]
    assert "not better than chance" in note
    assert "of 64 drawn images" in note
    assert str(path) in note
    report = Session.prepare(specification(), {"dataset": None, "teacher": None}, "cpu").report()
    assert report["notes"] == []


@pytest.mark.parametrize("seeds", [[777], [888], [111, 777]])
def test_a_state_dict_for_each_seed(tmp_path: Path, seeds: list[int]) -> None:
    states = {seed: make_state(_NB201, seed) for seed in seeds}
    found = load_teacher(_NB201, _save(tmp_path / "t.pth", states)).state_dict()
    expected = states.get(777, states[seeds[0]])
    assert all(torch.equal(found[name], value) for name, value in expected.items())


def test_state_dicts_of_other_seeds(tmp_path: Path) -> None:
    path = _save(tmp_path / "t.pth", {seed: make_state(_NB201) for seed in (111, 888)})
    error = _refusal(path, _NB201)
    assert (error.code, "its seeds are 111, 888" in error.message) == ("unsuitable-teacher", True)


def test_a_file_of_nats_bench(tmp_path: Path) -> None:
    state, path = make_state(_NB201, 5), tmp_path / "009930.pickle.pbz2"
    content = pickle.dumps({"12": make_results(None), "200": make_results(state)})
    path.write_bytes(bz2.compress(content))
    found = load_teacher(_NB201, path).state_dict()
    assert all(torch.equal(found[name], value) for name, value in state.items())
    path.write_bytes(bz2.compress(content)[:-100])
    assert _refusal(path, _NB201).code == "corrupt-file"
    path.write_bytes(bz2.compress(pickle.dumps({"200": make_results(None)})))
    error = _refusal(path, _NB201)
    assert (error.code, "ImageNet16-120 with seed 777" in error.message) == ("unsuitable-teacher", True)
