"""Writes a network out as files that work without rminas: `model.py`, weights, ONNX and `torch.export`."""
