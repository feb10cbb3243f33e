"""Data sets of the user: class folders, NumPy archives, and data sets of Hugging Face and torchvision.

A short process describes them before a job is planned. Importing PyTorch would take most of its time, so only `dataset`
and `images` import it, and `torchvision_sets` when it is used.
"""
