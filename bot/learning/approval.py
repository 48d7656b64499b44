"""What a knowledge manager says beside 通过: nothing that matters, better words for the answer, or something that may not be passed over; pure."""

from __future__ import annotations

import re

from msgspec.structs import replace

from bot.lessons import Proposed
from bot.tickets.errors import N_, TicketError
from faq.text import fold, is_thanks

_NICETIES = re.compile(r"(?:可以|没问题|就这样|[吧啊了])?")
_BETTER = re.compile(
    r"[,，]?\s*+(?:但|并|不过)?(?:把?答案)?(?:改成|改为|with)[:：]?(?P<answer>.*\S.*)",
    re.IGNORECASE | re.DOTALL,
)


def as_approved(draft: Proposed, said: str, reference: str) -> Proposed:
    """Return a draft with the answer that whoever approves it gives it: `通过 1026 改成 …`.

    Raises:
        TicketError: Something else is said, which would be passed over.
    """
    if is_nicety(said):
        return draft
    better = _BETTER.fullmatch(said)
    if better is None:
        raise TicketError(
            N_("还没有上线：照原样回“通过 {number}”，要改回“通过 {number} 改成 新答案”。"), number=reference
        )
    return replace(draft, answer=better["answer"].strip())


def is_nicety(said: str) -> bool:
    """Say whether nothing is said beside a word, or nothing that matters."""
    return _NICETIES.fullmatch(fold(said).strip(" ,.!~")) is not None or is_thanks(said)
