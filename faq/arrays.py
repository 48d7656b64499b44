"""numpy, loaded when it is first needed, and told to compute on one core."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any


def arrays() -> Any:
    """Return the module.

    Its library spreads each product over all cores and lets them spin while they wait for each other: where anything else runs,
    a question takes five times as long as on one. Whoever has set the number of threads keeps it.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return import_module("numpy")
