"""What computes with vectors takes one core, unless somebody has said otherwise."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("numpy")
_SAYS = "import os; from faq.arrays import arrays; arrays(); print(os.environ['OPENBLAS_NUM_THREADS'])"


@pytest.mark.parametrize(("set_before", "is_then"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2")])
def test_products_are_computed_on_one_core(set_before: dict[str, str], is_then: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _SAYS], env=set_before, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == is_then
