"""Lists of devices, and which worker computes on which of them."""

import pytest

from rminas_sidecar.engines.devices import choose_device, expand, is_device_list, kind_of, summarise


@pytest.mark.parametrize("text", ["auto", "cpu", "cuda", "cuda:1", "cuda:0,cuda:1", "cpu,cuda:0", "cpu,cpu"])
def test_a_list_of_devices_is_known(text: str) -> None:
    assert is_device_list(text)


@pytest.mark.parametrize("text", ["", "tpu", "cpu,", "cuda:", "cpu, cuda", "auto,cpu", "cuda:-1", "cpu:0"])
def test_another_text_is_refused(text: str) -> None:
    assert not is_device_list(text)


@pytest.mark.parametrize(
    ("names", "gpus", "devices"),
    [
        ("auto", 0, ["cpu"]),
        ("auto", 2, ["cuda:0", "cuda:1"]),
        ("cuda", 3, ["cuda:0", "cuda:1", "cuda:2"]),
        ("cuda", 0, ["cuda"]),
        ("cuda:1,cuda:0", 2, ["cuda:1", "cuda:0"]),
        ("cpu,cuda", 2, ["cpu", "cuda:0", "cuda:1"]),
        ("cpu,cpu", 0, ["cpu", "cpu"]),
    ],
)
def test_cuda_stands_for_all_gpus(names: str, gpus: int, devices: list[str]) -> None:
    assert expand(names, gpus) == devices


def test_workers_take_the_devices_in_turn() -> None:
    # The device meta computes nothing, and is there on every machine.
    chosen = [str(choose_device("cpu,meta", worker)) for worker in range(5)]
    assert chosen == ["cpu", "meta", "cpu", "meta", "cpu"]
    assert kind_of(choose_device("cpu,meta", 1)).startswith("meta, torch ")
    assert summarise(chosen) == "cpu, meta"


def test_a_cpu_without_a_c_compiler_is_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = kind_of(choose_device("cpu", 0))
    monkeypatch.setenv("CC", "/nowhere/cc")
    assert kind_of(choose_device("cpu", 0)) == f"{ours.removesuffix(', without a C compiler')}, without a C compiler"
    assert "compiler" not in kind_of(choose_device("meta", 0))
