"""How an importer refuses a table."""

from ...errors import SidecarError


def corrupt(place: str, problem: str) -> SidecarError:
    """The error for a table that cannot be right; `place` names the file and where in it."""
    return SidecarError("corrupt-file", f"{place}: {problem}.", ["Get the table again, or mend it there."])
