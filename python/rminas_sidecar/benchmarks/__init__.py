"""Tables of trained accuracies: imported once into an index, queried in milliseconds, without PyTorch."""

from .importing import import_file
from .query import query
from .ranking import ranking, summary
from .series import Wanted

__all__ = ["Wanted", "import_file", "query", "ranking", "summary"]
