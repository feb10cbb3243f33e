"""The error of a table with wrong content."""

from ...errors import SidecarError


def corrupt(place: str, problem: str) -> SidecarError:
    """Makes the error; `place` names the file and the position in it."""
    return SidecarError("corrupt-file", f"{place}: {problem}.", ["Get the table again, or mend it there."])
