"""Reads a data set of the user in any of its forms."""

from pathlib import Path

from rminas_sidecar.data.own.folder import read_folder
from rminas_sidecar.data.own.huggingface import read_huggingface
from rminas_sidecar.data.own.npz import read_npz
from rminas_sidecar.data.own.part import Content
from rminas_sidecar.data.own.torchvision_sets import read_torchvision
from rminas_sidecar.errors import SidecarError

_USUAL_SHARE = 0.2


def read_content(
    form: str,
    path: Path | None,
    name: str | None,
    columns: tuple[str | None, str | None],
    held_out_share: float | None,
) -> Content:
    """Reads labels and names, and no pixels where the form allows it.

    Args:
        form: of the protocol: folder, npz, hf or torchvision.
        path: the folder or file; None for a name on the Hugging Face hub.
        name: on the hub or in torchvision.
        columns: the columns of the images and of the labels; None where they are to be found.
        held_out_share: share of the images to hold out where there is no held-out part.

    Raises:
        SidecarError: `missing-file`, `missing-package`, `corrupt-file`, `refused-file`, `unsuitable-data`.
    """
    share = held_out_share or _USUAL_SHARE
    if form == "hf":
        return read_huggingface(path, name, columns, share)
    if path is None:
        raise SidecarError("missing-file", f"A data set of the form {form} needs a path.")
    if form == "npz":
        return read_npz(path, share)
    if form == "torchvision":
        return read_torchvision(name or "", path, share)
    return read_folder(path, share)
