"""Architectures."""

from rminas_sidecar.networks import darts_genotype, mb, nas_bench_201, nas_bench_macro, proxyless

EXAMPLES = {
    "nas-bench-201": nas_bench_201.EXAMPLE,
    "darts": darts_genotype.EXAMPLE,
    "nas-bench-macro": nas_bench_macro.EXAMPLE,
    "proxyless": proxyless.EXAMPLE,
    "mb": mb.EXAMPLE,
}
"""One architecture of each space."""

MIXED = "|avg_pool_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|"
"""A NAS-Bench-201 cell with all operations but `none`."""
ZEROS = "|none~0|+|skip_connect~0|nor_conv_3x3~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_3x3~2|"
"""A NAS-Bench-201 cell with all operations, and a node of zeros."""
