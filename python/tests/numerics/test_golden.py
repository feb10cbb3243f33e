"""Networks and their training against what the original functions answered in float64."""

import pytest
import torch
from torch import Tensor

from rminas_sidecar.evaluation.trainer import train_on_batch
from rminas_sidecar.networks import build_network
from rminas_sidecar.objective.observation import observe
from support.golden import Trace, average_answers, float32_steps, read_arrays, read_traces

TRACES = read_traces()
# The same operations in another order: what processors differ by, in float64.
ROUNDING = 1e-11
# This network normalises channels that are zero but for rounding, which multiplies it.
NORMALISES_ZEROS = "|none~0|+|none~0|nor_conv_3x3~1|+|nor_conv_1x1~0|nor_conv_3x3~1|avg_pool_3x3~2|"
each_trace = pytest.mark.parametrize("trace", TRACES, ids=lambda trace: f"{trace.space}-{trace.genotype[:24]}")


@each_trace
def test_float64_answers_and_gradient(trace: Trace) -> None:
    network, batch = trace.build().double(), trace.batch(torch.float64)
    features, logits = network(batch.images)
    assert [list(feature.shape) for feature in features] == trace.feature_shapes
    assert [feature.norm().item() for feature in features] == pytest.approx(trace.feature_norms, rel=ROUNDING)
    torch.testing.assert_close(logits, _float64(trace.logits), rtol=ROUNDING, atol=ROUNDING)
    observe(network, batch, trace.beta).loss.backward()  # type: ignore[no-untyped-call]
    gradients = [parameter.grad.flatten() for parameter in network.parameters() if parameter.grad is not None]
    assert torch.cat(gradients).norm().item() == pytest.approx(trace.gradient_norm, rel=ROUNDING)


@each_trace
def test_float64_losses(trace: Trace) -> None:
    network, batch = trace.build().double(), trace.batch(torch.float64)
    curve = train_on_batch(network, batch, trace.optimizer, len(trace.losses), trace.beta)["curve"]
    tolerance = 5e-6 if trace.genotype == NORMALISES_ZEROS else ROUNDING
    assert curve == pytest.approx(trace.losses, rel=tolerance)


@each_trace
def test_float32_answers(trace: Trace) -> None:
    logits, norms = average_answers(trace, roundings=5)
    torch.testing.assert_close(norms, _float64(trace.feature_norms), rtol=1e-5, atol=0)
    # The deep networks of inverted bottlenecks round more.
    atol = 1e-6 if trace.space in ("nas-bench-201", "darts") else 1e-5
    torch.testing.assert_close(logits, _float64(trace.logits), rtol=1e-5, atol=atol)


@each_trace
def test_float32_steps(trace: Trace) -> None:
    """From each golden state, one step leads to the next golden loss."""
    # In these networks a changed last bit may turn an activation on or off.
    roundings = 5 if trace.genotype == NORMALISES_ZEROS else 3 if trace.space in ("nas-bench-201", "proxyless") else 1
    for number, (before, after) in enumerate(float32_steps(trace, roundings)):
        assert before == pytest.approx(trace.losses[number], rel=1e-5), number
        assert after == pytest.approx(trace.losses[number + 1], rel=2e-3), number


@pytest.mark.parametrize("trace", [trace for trace in TRACES if trace.state], ids=lambda trace: trace.state)
def test_a_checkpoint_of_the_original_loads_and_a_seed_gives_its_weights(trace: Trace) -> None:
    assert trace.state is not None
    torch.manual_seed(trace.seed)
    network, state = build_network(trace.space, trace.genotype, trace.size), read_arrays(trace.state)
    assert list(network.state_dict()) == list(state)
    for name, tensor in network.state_dict().items():
        # torch draws from a normal distribution with logarithms and cosines, whose last bit depends on the processor.
        last_bit = torch.finfo(torch.float32).eps if tensor.dim() == 4 else 0
        torch.testing.assert_close(tensor, state[name], rtol=0, atol=last_bit * state[name].abs().max().item())
    network.load_state_dict(state, strict=True)


def _float64(values: list[float] | list[list[float]]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)
