"""The messages between the controller and the sidecar."""

from rminas_sidecar.protocol.schema import PROTOCOL_VERSION, SCHEMA, Body

__all__ = ["PROTOCOL_VERSION", "SCHEMA", "Body"]
