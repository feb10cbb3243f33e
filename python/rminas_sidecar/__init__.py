"""The PyTorch half of rminas."""
