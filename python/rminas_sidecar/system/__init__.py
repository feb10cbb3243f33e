"""Files and memory of the machine."""
