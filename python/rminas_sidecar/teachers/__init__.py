"""The teachers: trained networks whose representation the candidates are compared with, one module an architecture."""

from rminas_sidecar.teachers import bottleneck_resnet, cifar_resnet, fbresnet, nas_bench_201_9930
from rminas_sidecar.teachers.examination import ExaminedTeacher
from rminas_sidecar.teachers.loading import build_teacher, load_teacher, prepare_teacher
from rminas_sidecar.teachers.registry import TEACHERS

__all__ = [
    "TEACHERS",
    "ExaminedTeacher",
    "bottleneck_resnet",
    "build_teacher",
    "cifar_resnet",
    "fbresnet",
    "load_teacher",
    "nas_bench_201_9930",
    "prepare_teacher",
]
