"""The example FAQ of the repository, read once, and ways to make entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from faq.formats import plan, read
from faq.knowledge import Entry, KnowledgeBase

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def example_entries() -> tuple[Entry, ...]:
    return plan((), read(ROOT / "faq.example.md")).new


@pytest.fixture(scope="session")
def example(example_entries: tuple[Entry, ...]) -> KnowledgeBase:
    """Shared: tests must not change it."""
    return KnowledgeBase(example_entries)


@pytest.fixture(scope="session")
def english() -> KnowledgeBase:
    """Shared: tests must not change it."""
    return KnowledgeBase(plan((), read(Path(__file__).with_name("helpdesk_en.md"))).new)
