"""An architecture of each space."""

from rminas_sidecar.networks import darts_genotype, mb, nas_bench_201, nas_bench_macro, proxyless

EXAMPLES = {
    "nas-bench-201": nas_bench_201.EXAMPLE,
    "darts": darts_genotype.EXAMPLE,
    "nas-bench-macro": nas_bench_macro.EXAMPLE,
    "proxyless": proxyless.EXAMPLE,
    "mb": mb.EXAMPLE,
}
