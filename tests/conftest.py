"""What holds for every test."""

import asyncio
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.unsteady import UnsteadyPolicy

# Wall-clock limits test the machine, not the code: a busy one would fail a property that holds.
settings.register_profile("shouwen", deadline=None)
settings.load_profile("shouwen")


# Where there is one. A commit waits two milliseconds or more for a disk, and tests make thousands that none of them looks at.
_DISK_IN_MEMORY = Path("/dev/shm")
_NEEDED_BYTES = 2_000_000_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--unsteady", type=int, metavar="SEED", help="let what comes over a network be late by chance"
    )


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--long", default=False) and "TMPDIR" not in os.environ and _has_room():
        os.environ["TMPDIR"] = tempfile.tempdir = str(_DISK_IN_MEMORY)  # also of what the tests start
    if (seed := config.getoption("--unsteady")) is not None:
        asyncio.set_event_loop_policy(UnsteadyPolicy(seed))


def pytest_collection_finish() -> None:
    # Half a million objects that stay to the end: walking them again and again takes a tenth of the time of all tests.
    gc.collect()
    gc.freeze()


def _has_room() -> bool:
    return os.access(_DISK_IN_MEMORY, os.W_OK) and shutil.disk_usage(_DISK_IN_MEMORY).free > _NEEDED_BYTES
