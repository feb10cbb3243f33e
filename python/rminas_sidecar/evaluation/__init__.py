"""The evaluation of one architecture: training on one batch, measurement by proxies, verification."""
