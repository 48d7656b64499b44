"""What holds for every test."""

import asyncio

import pytest
from hypothesis import settings

from tests.unsteady import UnsteadyPolicy

# Wall-clock limits test the machine, not the code: a busy one would fail a property that holds.
settings.register_profile("shouwen", deadline=None)
settings.load_profile("shouwen")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--unsteady", type=int, metavar="SEED", help="let what comes over a network be late by chance"
    )


def pytest_configure(config: pytest.Config) -> None:
    if (seed := config.getoption("--unsteady")) is not None:
        asyncio.set_event_loop_policy(UnsteadyPolicy(seed))
