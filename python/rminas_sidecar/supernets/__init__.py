"""Searches by supernets: one network that contains all architectures of a space, and the methods that train it."""
