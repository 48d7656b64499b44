"""How large a fresh virtual environment is: `make setup` in a clone of this repository. Needs the network."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from benchmarks.program import ROOT
from benchmarks.table import Row, at_most


def run() -> list[Row]:
    """Measure; takes as long as the packages take to load."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "shouwen"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        subprocess.run(["make", "--silent", "-C", str(clone), "setup"], check=True, stdout=subprocess.DEVNULL)
        size = sum(file.lstat().st_blocks for file in (clone / ".venv").rglob("*")) * 512 / 1_000_000
    return [Row("fresh virtual environment", size, None, "MB", at_most(100))]
