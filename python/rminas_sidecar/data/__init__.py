"""The data sets, and the batch that candidates are trained on.

`datasets` has the data sets that ship with the package. `own` describes data sets of the user without PyTorch.
"""
