"""Functions of the user that a setting names."""

import hashlib
from pathlib import Path

import pytest

from rminas_sidecar.errors import SidecarError
from rminas_sidecar.functions import LIMIT_VARIABLE, load_function

FUNCTIONS = """\
import time

def double(number):
    return 2 * number

def fails(number):
    raise ValueError(f"no {number}")

def hangs(number):
    while True:
        time.sleep(0.01)

def leaves(number):
    raise SystemExit(3)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS)
    return path


def test_a_function_of_a_file(file: Path) -> None:
    function = load_function(f"{file}:double")
    assert function(21) == 42
    assert function.file == file
    assert function.digest() == hashlib.sha256(FUNCTIONS.encode()).hexdigest()


def test_a_function_of_a_module() -> None:
    function = load_function("json.decoder:JSONDecoder")
    assert function.file.name == "decoder.py"
    assert function().decode("[1]") == [1]


@pytest.mark.parametrize(
    ("source", "code", "message"),
    [
        ("functions", "plugin-failed", "Expected FILE.py:FUNCTION or MODULE:FUNCTION, got 'functions'"),
        ("nowhere.py:double", "missing-file", "nowhere.py does not exist"),
        ("no_such_module:double", "plugin-failed", "The import of no_such_module failed: ModuleNotFoundError"),
        ("{file}:triple", "plugin-failed", "functions.py has no function triple"),
        ("{file}:time", "plugin-failed", "functions.py has no function time"),
    ],
)
def test_a_function_that_cannot_be_found(file: Path, source: str, code: str, message: str) -> None:
    with pytest.raises(SidecarError) as caught:
        load_function(source.format(file=file))
    assert caught.value.code == code
    assert message in caught.value.message


def test_a_function_that_raises(file: Path) -> None:
    with pytest.raises(SidecarError) as caught:
        load_function(f"{file}:fails")(7)
    assert caught.value.code == "plugin-failed"
    assert caught.value.message == (
        f'The function {file}:fails failed: ValueError: no 7 ({file}, line 7: raise ValueError(f"no {{number}}")).'
    )
    with pytest.raises(SidecarError, match="SystemExit: 3"):
        load_function(f"{file}:leaves")(7)


@pytest.mark.parametrize("limit", ["soon", "0", "nan", "inf"])
def test_a_limit_that_is_no_number_of_seconds(file: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv(LIMIT_VARIABLE, limit)
    with pytest.raises(SidecarError, match=f"{LIMIT_VARIABLE} is '{limit}', and must be a number above 0") as caught:
        load_function(f"{file}:double")
    assert caught.value.next_steps == [f"Set {LIMIT_VARIABLE} to a number of seconds, or unset it."]


def test_a_function_or_an_import_that_hangs(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = load_function(f"{file}:hangs")
    monkeypatch.setenv(LIMIT_VARIABLE, "0.1")
    with pytest.raises(SidecarError, match="did not end within"):
        function(1)
    file.write_text("import time\nwhile True:\n    time.sleep(0.01)\n")
    with pytest.raises(SidecarError, match=r"The import of .*functions.py did not end within 0.1 s"):
        load_function(f"{file}:hangs")
