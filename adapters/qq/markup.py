"""The tags that QQ reads in a text: people called in what comes in, and keeping what goes out plain; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

_TAG: Final = re.compile(
    r"""<@!?(?P<short>[^<>\s@]{1,128})>
      | <qqbot-at-user\s+id="(?P<long>[^"<>]{1,128})"\s*/?>
      | (?P<everybody><qqbot-at-everyone\s*/?>)
      | (?P<face><(?:faceType=[^<>]{1,2000}|emoji:\d{1,10})>)""",
    re.VERBOSE,
)
_LIVE: Final = re.compile(
    r"<(?=[@#]|/?qqbot|emoji:|faceType) | (?<=@)(?=everyone) | &(?=\#?[a-z0-9]{1,8};)",
    re.IGNORECASE | re.VERBOSE,
)
_MARKDOWN: Final = re.compile(
    r"[\\`*_~\[\](#!>-]"
)  # those that other bots found QQ to take a backslash before
_SCHEME: Final = re.compile(r"\b(?:https?|ftp)://", re.IGNORECASE)
_DEFUSED: Final = "\u2060"  # word joiner: not seen, yet no tag is one any more


class Call(msgspec.Struct, frozen=True):
    """A place in a text where somebody is called; `openid` is empty for everybody."""

    openid: str


def read(content: str) -> Iterator[str | Call]:
    """Cut a content at the people it calls; pictures of faces are left out, entities become what they stand for."""
    position = 0
    for tag in _TAG.finditer(content):
        if tag.start() > position:
            yield _unescaped(content[position : tag.start()])
        position = tag.end()
        if not tag["face"]:
            yield Call(tag["short"] or tag["long"] or "")
    if position < len(content):
        yield _unescaped(content[position:])


def called(openid: str) -> str:
    """Return the tag that calls a person."""
    return f'<qqbot-at-user id="{openid}" />'


def can_be_called(openid: str) -> bool:
    """Say whether an id can stand in a tag without becoming another one; `all` and `everyone` are nobody."""
    return bool(re.fullmatch(r"[A-Za-z0-9_.+/=-]{1,128}", openid)) and openid not in ("all", "everyone")


def plain(text: str) -> str:
    """Return a text that QQ shows as it stands. Entities would be shown as such, so tags are broken by a joiner."""
    return _LIVE.sub(lambda tag: tag[0] + _DEFUSED, text)


def markdown(text: str) -> str:
    """Return a text that QQ's markdown shows as it stands."""
    return plain(_MARKDOWN.sub(lambda mark: "\\" + mark[0], text))


def without_schemes(text: str) -> str:
    """Return a text in which addresses no longer look like links to QQ, which refuses those of unknown domains."""
    return _SCHEME.sub("", text)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
