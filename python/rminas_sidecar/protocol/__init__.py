"""The messages between the controller and the sidecar, as the schema exported from the controller defines them."""

import json
from importlib import resources
from typing import Any

SCHEMA: dict[str, Any] = json.loads(resources.files(__name__).joinpath("schema.json").read_text(encoding="utf-8"))
PROTOCOL_VERSION: int = SCHEMA["protocol"]

Body = dict[str, Any]
