"""Trains a network from scratch by a published recipe."""
