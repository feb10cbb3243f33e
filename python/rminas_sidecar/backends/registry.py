"""The backends, by the protocol's names."""

from rminas_sidecar.backends.backend import Backend
from rminas_sidecar.backends.native import NativeBackend
from rminas_sidecar.backends.xnas import XnasBackend

BACKENDS: dict[str, Backend] = {"native": NativeBackend(), "xnas": XnasBackend()}
