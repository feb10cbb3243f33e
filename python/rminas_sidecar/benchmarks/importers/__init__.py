"""Importers of published tables, one module a format."""

from .reading import read_table

__all__ = ["read_table"]
