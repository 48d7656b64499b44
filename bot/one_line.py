"""A text of somebody as it is repeated inside another: on one line, so that it cannot pass for a line of the bot, and not long."""

from __future__ import annotations


def shortened(text: str, longest: int) -> str:
    """Return a text in one line, cut with an ellipsis where it is longer."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
