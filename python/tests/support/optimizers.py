"""The optimiser of small trainings."""

from rminas_sidecar.specification import OptimizerSpecification

SGD = OptimizerSpecification(learning_rate=0.1, momentum=0.9, dampening=0.0, nesterov=False, weight_decay=5e-4)
"""Those of the trainings of NAS-Bench-201, without Nesterov momentum."""
