"""Teachers of the user: networks of libraries, functions of the user, archives, and weights for a named network."""

from rminas_sidecar.teachers.own.description import describe_teacher
from rminas_sidecar.teachers.own.loading import TeacherSource
from rminas_sidecar.teachers.own.teacher import load_own_teacher

__all__ = ["TeacherSource", "describe_teacher", "load_own_teacher"]
