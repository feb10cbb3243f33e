"""Makes two data folders of CIFAR-10 that share no training image, to choose on one and to report on the other.

Usage: .venv/bin/python scripts/halve_images.py DATA FIRST SECOND [IMAGES]

FIRST gets the first IMAGES training images of DATA (1,000 by default), and SECOND the next ones. Both get the test
images, and links to the teachers and benchmark tables of DATA. DATA holds CIFAR-10 as cifar-10-batches-py.
The script unpickles data_batch_1: use it on files that you trust.
"""

import pickle
import shutil
import sys
from pathlib import Path

CIFAR = "cifar-10-batches-py"


def write_half(source: Path, target: Path, batch: dict, images: slice) -> None:
    """Writes the data folder of some images of a training batch."""
    total = len(batch[b"labels"])
    (target / CIFAR).mkdir(parents=True, exist_ok=True)
    half = {
        key: value[images] if len(value) == total else value
        for key, value in batch.items()
    }
    (target / CIFAR / "data_batch_1").write_bytes(pickle.dumps(half, protocol=2))
    for name in ("batches.meta", "test_batch"):
        shutil.copyfile(source / CIFAR / name, target / CIFAR / name)
    for other in source.iterdir():
        link = target / other.name
        if other.is_dir() and other.name != CIFAR and not link.exists():
            link.symlink_to(other.resolve())


def main() -> None:
    """Reads the arguments and writes both halves."""
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    source, first, second = map(Path, sys.argv[1:4])
    count = int(sys.argv[4]) if len(sys.argv) == 5 else 1000
    batch = pickle.loads(
        (source / CIFAR / "data_batch_1").read_bytes(), encoding="bytes"
    )
    write_half(source, first, batch, slice(0, count))
    write_half(source, second, batch, slice(count, 2 * count))


main()
