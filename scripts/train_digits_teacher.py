"""Trains the teacher of the digits and writes its checkpoint, with a report of the accuracy beside it.

Usage, in the checkout: PYTHONPATH=python .venv/bin/python scripts/train_digits_teacher.py

The 360 held-out digits take no part: the training has a fixed length, and nothing is chosen by them.
"""

import json
import platform

import torch
from rminas_sidecar.data.digits import DIGITS
from rminas_sidecar.data.images import Images
from rminas_sidecar.evaluation.accuracy import measure_accuracy
from rminas_sidecar.evaluation.determinism import deterministic_algorithms, seeded
from rminas_sidecar.evaluation.verification import VerificationRecipe, train
from rminas_sidecar.teachers.cifar_resnet import DIGITS_WEIGHTS, CifarResNet

RECIPE = VerificationRecipe(epochs=60, batch_size=64, learning_rate=0.1, seed=0)
CPU = torch.device("cpu")


def report(
    network: CifarResNet, training: Images, held_out: Images
) -> dict[str, object]:
    """What a reader of the checkpoint wants to know of it."""
    return {
        "architecture": "digits-resnet: CifarResNet with one block in each of its three stages",
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "data": "scikit-learn's digits, 8 x 8 pixels, stratified split",
        "trainImages": len(training),
        "heldOutImages": len(held_out),
        "trainAccuracy": measure_accuracy(network, training, DIGITS, CPU).top1,
        "heldOutAccuracy": measure_accuracy(network, held_out, DIGITS, CPU).top1,
        "epochs": RECIPE.epochs,
        "batchSize": RECIPE.batch_size,
        "learningRate": RECIPE.learning_rate,
        "seed": RECIPE.seed,
        "optimiser": "SGD, Nesterov momentum 0.9, weight decay 5e-4, cosine schedule, crops with padding 1",
        "trainedBy": "scripts/train_digits_teacher.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
    }


def main() -> None:
    """Trains, measures and writes."""
    torch.set_num_threads(1)
    training, held_out = DIGITS.read_training(None), DIGITS.read_held_out(None)
    with deterministic_algorithms():
        with seeded(RECIPE.seed):
            network = CifarResNet(blocks=1, classes=DIGITS.classes)
        train(
            network,
            training,
            DIGITS,
            RECIPE,
            CPU,
            lambda done, total, note: print(f"{done}/{total} {note}"),
        )
    DIGITS_WEIGHTS.parent.mkdir(exist_ok=True)
    torch.save({"state_dict": network.state_dict()}, DIGITS_WEIGHTS)
    text = json.dumps(report(network, training, held_out), indent=2)
    DIGITS_WEIGHTS.with_suffix(".json").write_text(f"{text}\n")
    print(text)


if __name__ == "__main__":
    main()
