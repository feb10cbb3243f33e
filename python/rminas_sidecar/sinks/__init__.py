"""Writes the log of a run to tools that track experiments. One module for each tool."""
