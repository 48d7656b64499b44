"""In which language somebody is spoken to: the room's, unless what they write is in another one only.

Whoever has once written a sentence in the language of the room reads it, and stays with it whatever they paste or borrow (VPN?, an
error message), so that nobody is spoken to in two languages by turns. A memory of people; what a ticket keeps of it stays with the ticket.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from adapters.remembered import RememberedValues
from bot.hearing import Hearing
from bot.rooms.directory import Directory
from faq.text import is_noise, is_thanks

_PEOPLE: Final = 5000
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_LEAST_HAN: Final = 3  # 谢谢 and 报障 are also written by people who read no Chinese
_CALLED: Final = re.compile("^[\u4e00-\u9fff]{1,5}[\\s,:，：]+")  # 王老师 can you …, 报障 the projector …
_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
_LEAST_WORDS: Final = 3
_GRAMMAR: Final = re.compile(
    r"\b(?:the|is|are|was|has|have|had|do|does|did|to|of|in|on|at|for|with|not|no|and|but|it|its|there|this|that|we|you|can|will|still|again|since|from|isn['’]?t|aren['’]?t|won['’]?t|can['’]?t|don['’]?t|doesn['’]?t|didn['’]?t|how|why|what|when|where|which|who)\b",
    re.IGNORECASE,
)
# What an error message does not say of itself, and how people type who write to people.
_PERSONAL: Final = re.compile(
    r"\b(?:i|i['’]?m|i['’]ve|me|my|our|ours|us|somebody|someone|anybody|anyone|(?:can|could|would|do|did|are|will) you|how (?:do|can|to|long)|where (?:is|can|do)|when will)\b",
    re.IGNORECASE,
)
_PASTED: Final = re.compile(
    r"\b(?:error|errors|exception|failed|failure|denied|invalid|refused|timeout|timed out|expired|unable|cannot|could ?n[o'’]t|went wrong|try again|sorry|your|null)\b|0x|://|[{}<>\\=]",
    re.IGNORECASE,
)
_BRIEF: Final = re.compile(
    r"\w+(?: \w+){0,3} (?:is |are )?(?:broken|stuck|jammed|frozen|not working)\W*", re.IGNORECASE
)


def language_of(text: str) -> str:
    """Return the language in which a text is evidently written, `zh` or `en`, or nothing where it could be anybody's."""
    han = len(_HAN.findall(text))
    rest = _CALLED.sub("", text) if han else text
    if han and not _WORD.search(rest):
        rest = text
    if han and _HAN.search(rest):
        return "zh" if han >= _LEAST_HAN else ""
    if is_thanks(rest) or is_noise(rest):
        return ""
    if _BRIEF.fullmatch(rest):
        return "en"
    if len(_WORD.findall(rest)) < _LEAST_WORDS:
        return ""
    if _PERSONAL.search(rest):
        return "en"
    is_typed = (rest[:1].islower() and "://" not in rest) or not _PASTED.search(rest)
    return "en" if not han and is_typed and _GRAMMAR.search(rest) else ""


class Languages:
    """Remembers in which languages people have written sentences. A redelivery changes nothing."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._wrote = RememberedValues[str, str](_PEOPLE)  # both, where it is longer than one

    def understood(self, hearing: Hearing) -> Hearing:
        """Return the hearing with the language of its speaker; staff are spoken to in the language of the room."""
        origin = hearing.origin
        if hearing.role.is_staff:
            return hearing
        person = self._directory.person(origin.account)
        language = (person.language if person else "") or self._written(hearing)
        return replace(hearing, origin=replace(origin, language=language)) if language else hearing

    def _written(self, hearing: Hearing) -> str:
        """Return the one language they write, where it is not that of the room."""
        room, account = hearing.origin.language, hearing.origin.account
        wrote = self._wrote.get(account, "")
        if room in wrote:
            return ""
        found = language_of(hearing.text)
        if found and found not in wrote:
            wrote += found
            self._wrote.note(account, wrote)
        return "" if room in wrote else wrote
