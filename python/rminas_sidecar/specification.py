"""The specification of an evaluation, as `src/protocol/specification.ts` defines it.

The dictionaries that :meth:`Specification.from_dict` and :meth:`Assets.from_dict` read have passed the protocol's
schema. Types and ranges are not checked again, only rules that a schema cannot express.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rminas_sidecar.errors import SidecarError

Selection = Literal["lowest-teacher-loss", "all"]
TeacherMode = Literal["train", "eval"]
ArithmeticKind = Literal["plain", "fast", "compiled", "stacked"]
Precision = Literal["float32", "tf32", "bf16"]


@dataclass(frozen=True)
class NetworkSpecification:
    """Size of the candidates.

    Args:
        channels: of the stem.
        cells: in each stage; in `darts`, in the whole network.
        classes: number of logits.
        resolution: height and width of an image, in pixels.
    """

    channels: int
    cells: int
    classes: int
    resolution: int


@dataclass(frozen=True)
class BatchSpecification:
    """The batch: `size` samples are selected from `pool` drawn ones."""

    size: int
    pool: int
    selection: Selection


@dataclass(frozen=True)
class OwnTeacherSpecification:
    """A teacher of the user. The files are where the assets say.

    Args:
        kind: `timm`, `torchvision`, `pytorchcv`, `registered`, `factory`, `torchscript` or `exported`.
        name: of the network or function; empty for an archive.
        version: of the library; None where there is none.
        weights: SHA-256 of the weights' file or of the archive; None for weights that the network makes by itself.
        code: SHA-256 of the file that defines a factory; None for other kinds.
        stages: names of the modules whose features are compared; none for those that the network answers.
        classes: that the teacher tells apart.
    """

    kind: str
    name: str
    version: str | None
    weights: str | None
    code: str | None
    stages: tuple[str, ...]
    classes: int

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "OwnTeacherSpecification":
        """Reads the identity of a teacher from the protocol's JSON."""
        return cls(**{**body, "stages": tuple(body["stages"])})


@dataclass(frozen=True)
class TeacherSpecification:
    """The teacher of a specification.

    Args:
        architecture: its name, which is registered unless the teacher is the user's.
        mode: whether it normalises by batch (`train`) or running (`eval`) statistics.
        own: of a teacher of the user; None for a registered one.
    """

    architecture: str
    mode: TeacherMode
    own: OwnTeacherSpecification | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "TeacherSpecification":
        """Reads a teacher from the protocol's JSON."""
        own = body.get("own")
        return cls(body["architecture"], body["mode"], None if own is None else OwnTeacherSpecification.from_dict(own))


@dataclass(frozen=True)
class CosineSpecification:
    """The learning rate falls to the minimum along half a cosine of this many updates."""

    updates: int
    minimum: float


@dataclass(frozen=True)
class OptimizerSpecification:
    """Stochastic gradient descent as in `torch.optim.SGD`, with gradient clipping and a schedule.

    Args:
        gradient_norm: largest norm of the whole gradient; None for no limit.
        cosine: schedule of the learning rate; None for a constant one.
    """

    learning_rate: float
    momentum: float
    dampening: float
    nesterov: bool
    weight_decay: float
    gradient_norm: float | None = None
    cosine: CosineSpecification | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "OptimizerSpecification":
        """Reads an optimiser from the protocol's JSON; raises `invalid-message` for contradictory settings."""
        return cls(
            learning_rate=body["learningRate"],
            momentum=body["momentum"],
            dampening=body["dampening"],
            nesterov=body["nesterov"],
            weight_decay=body["weightDecay"],
            gradient_norm=body.get("gradientNorm"),
            cosine=CosineSpecification(**body["cosine"]) if "cosine" in body else None,
        )

    def __post_init__(self) -> None:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise SidecarError(
                "invalid-message",
                "Nesterov momentum needs a positive momentum and no dampening, "
                f"not momentum {self.momentum} and dampening {self.dampening}.",
                ["Set OPTIM.NESTEROV False, or OPTIM.MOMENTUM above 0 and OPTIM.DAMPENING 0."],
            )


@dataclass(frozen=True)
class OwnImagesSpecification:
    """The images of a data set of the user. The files are where the assets say.

    Args:
        form: how they are stored: folder, npz, hf or torchvision.
        name: on the Hugging Face hub or in torchvision; None for files.
        image_column: the column of a table that has the images; None elsewhere.
        label_column: the column of a table that has the labels; None elsewhere.
        held_out_share: share of the images that is split off and held out; None where there is a held-out part.
        mean: of each channel, where white is 1.
        deviation: standard deviation of each channel, where white is 1.
        augmentation: what is done at random to training images.
        fingerprint: SHA-256 of names, sizes and labels.
    """

    form: str
    name: str | None
    image_column: str | None
    label_column: str | None
    held_out_share: float | None
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    augmentation: str
    fingerprint: str

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "OwnImagesSpecification | None":
        """Reads the images of a specification or of a retraining; None where it has a data set by name."""
        images = body.get("images")
        if images is None:
            return None
        return cls(
            form=images["form"],
            name=images["name"],
            image_column=images["imageColumn"],
            label_column=images["labelColumn"],
            held_out_share=images["heldOutShare"],
            mean=(images["mean"][0], images["mean"][1], images["mean"][2]),
            deviation=(images["deviation"][0], images["deviation"][1], images["deviation"][2]),
            augmentation=images["augmentation"],
            fingerprint=images["fingerprint"],
        )


@dataclass(frozen=True)
class Specification:
    """Everything that a score depends on, besides the genotype and its seed."""

    space: str
    network: NetworkSpecification
    dataset: str
    batch: BatchSpecification
    teacher: TeacherSpecification
    optimizer: OptimizerSpecification
    steps: int
    beta: float
    seed: int
    backend: str
    arithmetic: ArithmeticKind
    precision: Precision
    images: OwnImagesSpecification | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, Any]) -> "Specification":
        """Reads a specification from the protocol's JSON.

        Raises:
            SidecarError: `invalid-message` for settings of the optimiser that contradict each other.
        """
        return cls(
            space=body["space"],
            network=NetworkSpecification(**body["network"]),
            dataset=body["dataset"],
            batch=BatchSpecification(**body["batch"]),
            teacher=TeacherSpecification.from_dict(body["teacher"]),
            optimizer=OptimizerSpecification.from_dict(body["optimizer"]),
            steps=body["steps"],
            beta=body["beta"],
            seed=body["seed"],
            backend=body["backend"],
            arithmetic=body["arithmetic"],
            precision=body["precision"],
            images=OwnImagesSpecification.from_body(body),
        )


@dataclass(frozen=True)
class Assets:
    """The files of a specification.

    Args:
        dataset: the data set's folder; None for one that ships with the sidecar.
        teacher: the teacher's checkpoint or archive; None for one that ships with the sidecar or needs none.
        teacher_code: the Python file of a teacher of the user; None for other teachers.
    """

    dataset: Path | None
    teacher: Path | None
    teacher_code: Path | None = None

    @classmethod
    def from_dict(cls, body: Mapping[str, str | None]) -> "Assets":
        """Reads the paths from the protocol's JSON."""
        paths = (body.get(key) for key in ("dataset", "teacher", "teacherCode"))
        return cls(*(None if path is None else Path(path) for path in paths))
