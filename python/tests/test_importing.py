"""Imports of the user's files."""

import sys
from pathlib import Path

import pytest

from rminas_sidecar.system.importing import import_file


def test_an_import_leaves_nothing_beside_the_file_and_is_always_of_its_present_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = tmp_path / "network.py"
    for answer in (1, 2):
        # Bytecode of the first text would serve the second one, which has its length and its second.
        file.write_text(f"ANSWER = {answer}\n")
        assert vars(import_file(file))["ANSWER"] == answer
    assert list(tmp_path.iterdir()) == [file]
    assert not sys.dont_write_bytecode
