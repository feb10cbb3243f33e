"""The controller sends genotypes in one normal form, which the sidecar reads as it reads the text itself."""

import json
from pathlib import Path

import pytest

from rminas_sidecar.networks import darts_genotype

CASES = Path(__file__).parents[2] / "test" / "fixtures" / "cases" / "genotypes"
DARTS = json.loads((CASES / "normal.json").read_text())["darts"]


def test_the_normal_form_is_read() -> None:
    genotype = darts_genotype.parse(DARTS["normal"])
    assert [edge.source for edge in genotype.normal] == [0, 1, 0, 1, 0, 2, 0, 1]


@pytest.mark.parametrize("name", ["darts_kw_reordered.txt", "darts_multiline_comments.txt"])
def test_what_python_reads_has_the_same_meaning_as_its_normal_form(name: str) -> None:
    assert darts_genotype.parse((CASES / name).read_text()) == darts_genotype.parse(DARTS["normal"])
