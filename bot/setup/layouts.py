"""Which column of a file is what, as somebody said in chat or on the page: asked once, and remembered for files with the same columns."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import msgspec

from adapters.remembered import RememberedValues
from bot.knowledge.workshop import Workshop
from bot.store.contract import Kept, Store
from bot.tickets.speaker import Speaker
from faq.formats import NOTHING, Chosen, Column, Rows, UnreadableFile, cut, key, said
from faq.formats.taken import Unsuitable

LAYOUT: Final = "layout:"  # + what tells one row of headings from another
_MOST_FILES: Final = 3  # that wait for a word about their columns
_MOST_COLUMNS: Final = 12
_SAMPLE: Final = 12
_PAIR = re.compile(
    r"(?P<name>[^\s=,，、;；]+?)\s*(?:[=＝]|(?<=[A-Za-z])(?:是|为|:|：))\s*(?P<word>[^\s=,，、;；]+)"
)


class Unclear(msgspec.Struct, frozen=True):
    """A file of which it is not clear what its columns are."""

    name: str
    content: bytes
    columns: tuple[Column, ...]


class Layouts:
    """Keeps such files in memory until somebody has said it, and in the store what was said."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting = RememberedValues[str, Unclear](_MOST_FILES)

    def wait(self, address: str, file: Unclear) -> None:
        """Remember a file for as long as few others come; a restart forgets it, and it is sent once more."""
        self._waiting.note(address, file)

    def waiting(self, address: str) -> Unclear | None:
        """Return the file that waits where somebody speaks."""
        return self._waiting.get(address, None)

    async def known(self, columns: Sequence[Column]) -> Chosen | None:
        """Return what was said of the same columns before."""
        found = (await self._store.kept(_key(columns))).get(_key(columns))
        return msgspec.json.decode(found, type=dict[str, str]) if found else None

    async def read(self, workshop: Workshop, name: str, content: bytes) -> tuple[Rows, Sequence[Column]]:
        """Return the rows of a file, and its columns where they were taken as somebody had said before, else none.

        Raises:
            UnreadableFile: Nothing in it can be used.
        """
        read = await _read(workshop, name, content)
        if read.columns and (chosen := await self.known(read.columns)):
            as_said = await _read(workshop, name, content, chosen)
            if isinstance(as_said, Rows):  # else the same names stand over other things
                return as_said, read.columns
        if isinstance(read, UnreadableFile):
            raise read
        return read, ()

    def kept(self, columns: Sequence[Column], chosen: Chosen) -> Kept:
        """Return what is to be remembered of columns."""
        return Kept(_key(columns), msgspec.json.encode(dict(chosen)).decode())


async def _read(
    workshop: Workshop, name: str, content: bytes, chosen: Chosen = NOTHING
) -> Rows | UnreadableFile:
    try:
        return await workshop.read(name, content, chosen)
    except UnreadableFile as fault:
        return fault


def chosen_in(words: str, columns: Sequence[Column]) -> Chosen | None:
    """Return what `A=问法 B=答案` says of columns, by their names; None when the words are no such pairs.

    Raises:
        UnreadableFile: What is said cannot be.
    """
    pairs = list(_PAIR.finditer(words))
    if not pairs or _PAIR.sub("", words).strip(" ,，、;；。."):
        return None
    names = {column.letter.lower(): column.name for column in columns}
    try:
        return said(f"{names.get(key(each['name']), each['name'])}={each['word']}" for each in pairs)
    except Unsuitable as why:
        raise UnreadableFile(str(why), why.english) from why


def asked(name: str, columns: Sequence[Column], speaker: Speaker) -> str:
    """Return the question which columns hold questions and answers, with what stands in them first."""
    say = speaker.say
    shown = say("、").join(
        say(
            "{letter} {name}（{sample}）",
            letter=each.letter,
            name=each.name,
            sample=cut(each.samples[0], _SAMPLE),
        )
        if each.samples
        else f"{each.letter} {each.name}"
        for each in columns[:_MOST_COLUMNS]
    )
    return say(
        "{name} 没看出哪列是问法、哪列是答案：\n{columns}\n回“列 A=问法 B=答案”，我接着读；下次同样的表就不问了。",
        name=name,
        columns=shown,
    )


def _key(columns: Sequence[Column]) -> str:
    names = "\n".join(each.name for each in columns)
    return LAYOUT + hashlib.blake2b(names.encode(errors="surrogatepass"), digest_size=12).hexdigest()
