"""Small valid files of each format, from which the kept corpus was grown.

Usage: python seeds.py: writes them into the corpus. Their writers are real: numpy, torch, Pillow, SQLite.
"""

import bz2
import io
import json
import pickle
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from fuzzing import corpus  # noqa: E402
from fuzzing.readers import READERS  # noqa: E402
from rminas_sidecar.benchmarks import import_file  # noqa: E402
from rminas_sidecar.retraining.checkpoint import Checkpoint  # noqa: E402
from support.nas_bench_201_files import content  # noqa: E402
from support.nas_bench_201_order import cell  # noqa: E402


def _saved(value: Any, legacy: bool = False) -> bytes:
    file = io.BytesIO()
    torch.save(value, file, _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


def _pickled_images() -> list[bytes]:
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 12)
    plain = {"data": pixels, "labels": [1, 2], "filenames": ["a", "b"]}
    python2 = {b"data": pixels, b"labels": [np.int64(1), 2], b"filenames": [b"a", b"b"]}
    arrays = {"data": pixels, "labels": np.array([[1], [2]])}
    fortran = {"data": np.asfortranarray(pixels), "labels": [1, 2]}
    return [
        *(pickle.dumps(plain, protocol) for protocol in range(6)),
        pickle.dumps(python2, 2),
        *(pickle.dumps(value, 4) for value in (arrays, fortran)),
    ]


def _cifar() -> list[bytes]:
    return [bytes([3, 7, *range(256)]) + bytes(3072 - 256)]


def _packed() -> list[bytes]:
    content = bytes([3, 7]) + bytes(range(256)) * 12
    found = []
    for kind, name, others in (
        (tarfile.USTAR_FORMAT, "cifar-100-binary/train.bin", ["cifar-100-binary/fine_label_names.txt"]),
        (tarfile.GNU_FORMAT, "./train.bin", ["x" * 120]),
        (tarfile.PAX_FORMAT, "cifar-100-binary/train.bin", ["ü" * 60]),
    ):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
            for other in others:
                archive.addfile(tarfile.TarInfo(other))
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        # Fewer blocks of zeros than a tape has.
        whole = file.getvalue().rstrip(b"\0")
        found.append(whole + bytes(-len(whole) % 512 + 512))
    return found


def _safetensors(state: dict[str, torch.Tensor]) -> bytes:
    table, numbers = {}, b""
    for name, value in state.items():
        end = len(numbers) + value.nbytes
        table[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(numbers), end]}
        numbers += value.numpy().tobytes()
    head = json.dumps(table).encode()
    return len(head).to_bytes(8, "little") + head + numbers


def _checkpoints() -> list[bytes]:
    torch.manual_seed(0)
    network = torch.nn.Linear(2, 2)
    state = network.state_dict()
    wrapped = {"epoch": 3, "module": None, "state_dict": {f"module.{name}": value for name, value in state.items()}}
    # As NATS-Bench pickles tensors: each contains the older format of torch.
    tensors = bz2.compress(pickle.dumps({name: value.clone() for name, value in state.items()}, 4))
    named = {"fc.weight": state["weight"], "fc.bias": state["bias"]}
    files = [_saved(value, legacy) for value in (state, wrapped, dict(network.named_parameters())) for legacy in (0, 1)]
    return [*files, _saved(named, True), _saved(state["weight"].half(), True), _safetensors(state), tensors]


def _retraining() -> list[bytes]:
    network = torch.nn.Linear(2, 2)
    sgd = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    network(torch.ones(1, 2)).sum().backward()
    sgd.step()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        Checkpoint(path, "").save(network, sgd, [{"loss": 1.0}])
        saved = path.read_bytes()
        return [saved, _saved(torch.load(path, weights_only=True), True)]


def _images() -> list[bytes]:
    image = Image.effect_noise((3, 4), 60).convert("RGB")
    found = []
    for mode, form, options in (
        ("RGB", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("L", "PNG", {}),
        ("P", "PNG", {}),
        ("1", "PNG", {}),
        ("RGB", "JPEG", {}),
        ("L", "JPEG", {}),
        ("CMYK", "JPEG", {}),
        ("RGB", "JPEG", {"progressive": True, "quality": 20}),
    ):
        file = io.BytesIO()
        image.convert(mode).save(file, form, **options)
        found.append(file.getvalue())
    file = io.BytesIO()
    Image.fromarray(np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000).save(file, "PNG")
    return [*found, file.getvalue()]


def _npz() -> list[bytes]:
    pixels, labels = np.arange(48, dtype=np.uint8).reshape(4, 2, 2, 3), np.array([0, 1, 0, 1])
    grey = np.arange(16, dtype=np.float32).reshape(4, 2, 2) / 16
    found = []
    for save, images in ((np.savez, pixels), (np.savez_compressed, grey), (np.savez, np.moveaxis(pixels, 3, 1))):
        file = io.BytesIO()
        save(file, x=images, y=labels, classes=np.array(["a", "b"]))
        found.append(file.getvalue())
    file = io.BytesIO()
    np.savez(file, x=pixels, y=labels[:, None], x_val=pixels[:1], y_val=labels[:1])
    return [*found, file.getvalue()]


def _tables() -> list[bytes]:
    rows = [f"{number},{cell(number)},9{number}.5,70,40.25" for number in range(3)]
    csv = "\n".join(["index,arch_str,cifar10_test,cifar100_test,imagenet16_120_test", *rows, ""])
    entry = {"test_acc": [90.1, 91.2], "mean_acc": 90.65, "params": 1e6, "flops": 2e7}
    macro = json.dumps({"00000000": entry, "00000001": {"mean_acc": 50}})
    return [csv.encode(), csv.split("\n", 1)[0].encode() + b"\n", macro.encode(), b"\xef\xbb\xbf" + csv.encode()]


def _small_table(version: str, lengths: tuple[str, str]) -> dict[str, Any]:
    """A table of one architecture, on one data set, trained for one epoch and for two."""
    table = content(1, version, lengths)
    table["meta_archs"] = table["meta_archs"][:1]
    for info in table["arch2infos"].values():
        for epochs, results in enumerate(info.values(), start=1):
            results["all_results"] = dict(list(results["all_results"].items())[:1])
            ((name, seed),) = results["all_results"]
            results["dataset_seed"] = {name: [seed]}
            for training in results["all_results"].values():
                training["epochs"] = epochs
                for field, value in training.items():
                    if isinstance(value, dict) and field != "arch_config":
                        kept = [key for key in value if int(str(key).rpartition("@")[2]) < epochs]
                        training[field] = type(value)((key, value[key]) for key in kept)
    return table


def _pickled_tables() -> list[bytes]:
    table = _small_table("1.1", ("less", "full"))
    nats = _small_table("1.1", ("12", "200"))
    return [
        _saved(table),
        _saved(_small_table("1.0", ("less", "full")), True),
        bz2.compress(pickle.dumps(nats, 4)),
        *(pickle.dumps(table, protocol) for protocol in (2, 4)),
    ]


def _indexes() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        table.write_bytes(_tables()[0])
        path = import_file(str(table), folder, lambda *_: None)["index"]
        # Small pages make a small file.
        database = sqlite3.connect(path)
        database.execute("PRAGMA page_size = 512")
        database.execute("VACUUM")
        database.close()
        return [Path(path).read_bytes()]


def _messages() -> list[bytes]:
    corpus = json.loads((FOLDER.parents[2] / "test" / "corpus" / "messages.json").read_text(encoding="utf-8"))
    return [json.dumps(message).encode() for message in corpus["toSidecar"]["valid"]]


def _genotypes() -> list[bytes]:
    from rminas_sidecar.networks import darts_genotype, mb, proxyless

    texts = (cell(7), "00121200", mb.EXAMPLE, proxyless.EXAMPLE, darts_genotype.EXAMPLE, "width=4,kernel=3")
    return [bytes([number]) + text.encode() for number, text in enumerate(texts)]


SEEDS = {
    "pickled-images": _pickled_images,
    "cifar-binary": _cifar,
    "packed-images": _packed,
    "checkpoint": _checkpoints,
    "retraining": _retraining,
    "image": _images,
    "npz": _npz,
    "table": _tables,
    "pickled-table": _pickled_tables,
    "index": _indexes,
    "message": _messages,
    "genotype": _genotypes,
}


def main() -> None:
    """Adds the files to the kept corpus."""
    assert SEEDS.keys() == READERS.keys()
    for reader, make in SEEDS.items():
        corpus.keep(reader, make())


if __name__ == "__main__":
    main()
