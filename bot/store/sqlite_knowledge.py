"""What a change of knowledge says to SQLite."""

from __future__ import annotations

from collections.abc import Mapping

from bot.lessons import Lesson
from bot.store.bodies import body_of
from bot.store.instants import milliseconds
from bot.store.knowledge_contract import KnowledgeMoved, Learning, Uses
from bot.store.sqlite_statements import Row, Statement


def learning_statements(learning: Learning, queries: Mapping[str, str]) -> list[Statement]:
    """Return what saves a change of knowledge."""
    statements: list[Statement] = []
    add = statements.append
    if learning.entries or learning.removed:
        add(_next_version(learning, queries))
    at = milliseconds(learning.at)
    for id_ in learning.removed:
        add(Statement(queries["log_removal"], (at, id_)))
        add(Statement(queries["remove_entry"], (id_,)))
    for entry in learning.entries:
        body = body_of(entry)
        add(Statement(queries["log_entry"], (entry.id, at, body)))
        add(Statement(queries["put_entry"], (entry.id, body)))
    for lesson in learning.lessons:
        add(Statement(queries["put_lesson"], row_of_lesson(lesson)))
    for uses in learning.uses:
        add(Statement(queries["add_uses"], row_of_uses(uses)))
    return statements


def _next_version(learning: Learning, queries: Mapping[str, str]) -> Statement:
    expected = learning.expected
    if expected is None:
        return Statement(queries["next_knowledge"], ())
    return Statement(queries["next_knowledge_after"], (expected,), KnowledgeMoved, expected)


def row_of_lesson(lesson: Lesson) -> Row:
    """Return a lesson as the tables keep it."""
    kind = type(lesson.matter).__name__
    return (lesson.id, kind, milliseconds(lesson.at), lesson.outcome, body_of(lesson))


def row_of_uses(uses: Uses) -> Row:
    """Return the use of an entry as the tables keep it."""
    latest = None if uses.latest_at is None else milliseconds(uses.latest_at)
    return (uses.entry, uses.given, uses.helped, uses.failed, latest)
