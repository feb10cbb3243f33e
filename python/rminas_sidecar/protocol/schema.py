"""The JSON Schema of all messages, which `npm run schema` exports from the controller's definitions."""

import json
from importlib import resources
from typing import Any

SCHEMA: dict[str, Any] = json.loads(
    resources.files("rminas_sidecar.protocol").joinpath("schema.json").read_text(encoding="utf-8")
)
PROTOCOL_VERSION: int = SCHEMA["protocol"]

Body = dict[str, Any]
"""The body of a message, or another JSON object."""
