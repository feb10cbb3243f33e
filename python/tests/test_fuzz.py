"""Mutated messages, against the decoder and against a real server. RMINAS_FUZZ_SEED repeats a failure."""

import ast
import json
import os
import random
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rminas_sidecar
from rminas_sidecar.protocol.validate import FROM_SIDECAR, InvalidMessage, Message, decode
from support.mutations import mutated

SEED = int(os.environ.get("RMINAS_FUZZ_SEED", "1"))
COUNT = int(os.environ.get("RMINAS_FUZZ_COUNT", "5000"))
"""Of each direction."""
OVER_THE_SOCKET = 400
MOST_MEGABYTES = 200
CORPUS = json.loads((Path(__file__).parents[2] / "test" / "corpus" / "messages.json").read_text(encoding="utf-8"))
Read = Callable[[list[bytes]], Message]


def check_own(frames: list[bytes]) -> Message:
    """Checks a message as the sidecar checks its own before it sends them."""
    try:
        return FROM_SIDECAR.check(json.loads(b"".join(frames)))
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"this is not JSON: {str(error)[:100]}") from None


DIRECTIONS: dict[str, tuple[str, Read]] = {
    "controller to sidecar": ("toSidecar", decode),
    "sidecar to controller": ("fromSidecar", check_own),
}


def messages_of(direction: str) -> list[Any]:
    valid: list[Any] = CORPUS[DIRECTIONS[direction][0]]["valid"]
    return valid


def examples(direction: str, count: int) -> Iterator[list[bytes]]:
    """Mutations of each message in turn. Each has its own random stream, so any of them can be reproduced alone."""
    messages = messages_of(direction)
    for number in range(count):
        yield mutated(random.Random(f"{SEED}-{number}"), messages[number % len(messages)])


def refusal(frames: list[bytes], read: Read = decode) -> InvalidMessage | None:
    """Why a message is refused; None if it is not."""
    try:
        message = read(frames)
    except InvalidMessage as error:
        return error
    assert isinstance(message, Message)
    return None


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_messages_are_accepted_before_they_are_mutated(direction: str) -> None:
    messages = messages_of(direction)
    assert len(messages) > 10
    assert [refusal([json.dumps(message).encode()], DIRECTIONS[direction][1]) for message in messages] == [
        None for _ in messages
    ]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_no_mutation_raises_anything_else_or_takes_much_memory(direction: str) -> None:
    read = DIRECTIONS[direction][1]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = 0
    for number, frames in enumerate(examples(direction, COUNT)):
        try:
            why = refusal(frames, read)
        except Exception as error:
            pytest.fail(f"RMINAS_FUZZ_SEED={SEED}, message {number}: {type(error).__name__}: {error}")
        if why is not None:
            refused += 1
            assert 0 < len(why.reason) < 1000, f"RMINAS_FUZZ_SEED={SEED}, message {number}"
            assert 1 <= len(why.message_id) <= 64
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    counts = f"{len(messages_of(direction))} accepted messages, {COUNT} mutations, {refused} refused"
    print(f"fuzz, {direction} (RMINAS_FUZZ_SEED={SEED}): {counts}, {grown:.0f} MB more at most")
    # Mutations leave some messages valid, and spoil others.
    assert COUNT / 3 < refused < COUNT
    assert grown < MOST_MEGABYTES


def test_a_real_server_answers_each_of_them_and_goes_on(launcher: Any) -> None:
    sidecar = launcher.start("--workers", "0")
    sidecar.receive("hello")
    # A valid message would be obeyed: it may order a forest, or the end.
    mutations = examples("controller to sidecar", 4 * OVER_THE_SOCKET)
    wrong = [frames for frames in mutations if refusal(frames) is not None][:OVER_THE_SOCKET]
    before = resident_megabytes(sidecar.pid)
    for frames in wrong:
        sidecar.socket.send_multipart(frames)
    for frames in wrong:
        error = sidecar.receive("error")
        why = refusal(frames)
        assert why is not None
        assert error == {
            "type": "error",
            "id": why.message_id,
            "body": {**error["body"], "code": "invalid-message", "message": why.reason},
        }
    assert len(wrong) == OVER_THE_SOCKET
    assert resident_megabytes(sidecar.pid) - before < MOST_MEGABYTES
    request = sidecar.send("shutdown", {})
    assert sidecar.receive() == {"type": "bye", "id": request, "body": {}}
    assert sidecar.wait() == (0, "")


def resident_megabytes(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


RUNS_CODE = {"pickle", "cloudpickle", "marshal", "shelve", "dill", "recv_pyobj", "send_pyobj", "eval", "exec"}


def test_nothing_that_runs_code_when_it_is_read_crosses_the_wire() -> None:
    package = Path(rminas_sidecar.__file__).parent
    rooms = [*package.glob("*.py"), *(package / "engines").glob("*.py"), *(package / "protocol").glob("*.py")]
    assert len(rooms) > 15
    for file in rooms:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        assert not set(names_in(tree)) & RUNS_CODE, file


def names_in(tree: ast.AST) -> Iterator[str]:
    """The names that code imports, calls or looks up."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
                if isinstance(node, ast.ImportFrom) and node.module is not None:
                    yield node.module.split(".")[0]
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name
