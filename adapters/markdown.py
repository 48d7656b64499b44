"""Plain text as the markdown of platforms that show nothing else: it is shown as it stands, and calls nobody; pure."""

from __future__ import annotations

import re
from typing import Final

# Whatever may begin or end markup; a backslash in front makes a character itself. An address is left alone as far as
# possible, so that it stays one that can be clicked: within words `_` begins nothing.
_MARKUP: Final = re.compile(r"(?P<address>https?://[^\s<>]+)|[\\`*_\[\]<>~|&]")
_IN_ADDRESS: Final = re.compile(r"[\\`*\[\]|]")
_AT_LINE_START: Final = re.compile(r"^([ \t]*)([#+=-]|\d{1,9}(?=[.)]))", re.MULTILINE)
# Between `<` and `@`, invisible: a client that looks for `<@…>` before it reads backslashes finds no call.
_WEDGE: Final = "\u200b"


def plain(text: str) -> str:
    """Return markdown that shows a text as it stands."""
    escaped = _MARKUP.sub(_escaped, text)
    return _AT_LINE_START.sub(_escaped_start, escaped).replace("<@", f"<{_WEDGE}@")


def _escaped(found: re.Match[str]) -> str:
    if found["address"] is not None:
        return _IN_ADDRESS.sub(lambda character: f"\\{character[0]}", found[0])
    return f"\\{found[0]}"


def _escaped_start(found: re.Match[str]) -> str:
    if found[2].isdecimal():  # the beginning of a numbered list: its full stop or bracket is what counts
        return f"{found[1]}{found[2]}\\"
    return f"{found[1]}\\{found[2]}"
