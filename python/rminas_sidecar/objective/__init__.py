"""The loss that ranks an architecture: representation mutual information and cross entropy."""
