"""A data set of the user as the rest of the sidecar sees it."""

from functools import lru_cache
from pathlib import Path

from rminas_sidecar.data.images import Dataset, Images
from rminas_sidecar.data.own.images import OwnImages
from rminas_sidecar.data.own.part import Content
from rminas_sidecar.data.own.reading import read_content
from rminas_sidecar.errors import SidecarError
from rminas_sidecar.specification import OwnImagesSpecification


def open_own_dataset(name: str, spec: OwnImagesSpecification, classes: int, resolution: int) -> Dataset:
    """The data set of a specification. Its readers take the folder or file that the assets name.

    Args:
        name: for messages.
        spec: says how the images are stored, and what they are.
        classes: outputs of the networks.
        resolution: pixels of a side of an image.
    """

    def at(side: int) -> Dataset:
        def read(path: Path | None, held_out: bool) -> Images:
            content = _read(spec, path)
            part = content.held_out if held_out else content.training
            return OwnImages(part, side, spec.augmentation)

        return Dataset(
            name=name,
            classes=classes,
            resolution=side,
            expected=None,
            brightest=255.0,
            mean=spec.mean,
            deviation=spec.deviation,
            read_training=lambda path: read(path, False),
            read_held_out=lambda path: read(path, True),
            resized=at,
        )

    return at(resolution)


@lru_cache(maxsize=2)
def _read(spec: OwnImagesSpecification, path: Path | None) -> Content:
    """Reads the content once in each process.

    Raises:
        SidecarError: `unsuitable-data` when it is not what the specification says.
    """
    columns = spec.image_column, spec.label_column
    content = read_content(spec.form, path, spec.name, columns, spec.held_out_share)
    if content.fingerprint() != spec.fingerprint:
        raise SidecarError(
            "unsuitable-data",
            f"The images of {path or spec.name} have changed since the job was planned.",
            ["Put them back as they were, or start a new job."],
        )
    return content
