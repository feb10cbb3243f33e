"""`python -m rminas_sidecar.export.teacher CHECKPOINT FILE`: writes the weights of a trained teacher as safetensors.

It prints the SHA-256 of the file.
"""

import hashlib
import sys
from pathlib import Path

from rminas_sidecar.export.weights import safetensors_bytes
from rminas_sidecar.networks.checkpoints import read_checkpoint
from rminas_sidecar.system.files import write_atomically

_LARGEST = 1 << 36


def write_teacher(checkpoint: Path, target: Path) -> str:
    """Writes the state dict of a checkpoint of a retraining as safetensors; answers the SHA-256 of the file."""
    content = read_checkpoint(checkpoint, "The checkpoint", ["Train the teacher again."], _LARGEST)
    assert isinstance(content, dict)
    data = safetensors_bytes(content["state_dict"])
    write_atomically(target, data)
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    print(write_teacher(Path(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201
