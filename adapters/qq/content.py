"""What the content of one message says, and whom it calls; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from adapters.contract import Mention
from adapters.qq import markup
from adapters.qq.frames import Called, word


class Content:
    """Reads the content of one message together with the list of those whom it calls."""

    def __init__(self, adapter: str, people: Mapping[str, str], calls: Iterable[Called]) -> None:
        self.mentions: dict[str, Mention] = {}
        self.is_addressed = False
        self._adapter = adapter
        self._people = people  # account to name
        self._called: dict[str, Called] = {}
        self._openids: dict[str, str] = {}  # of either id of a person
        for call in calls:
            openid = word(call.member_openid) or word(call.id)
            if openid and call.scope != "all":
                self._called[openid] = call
                self._openids |= {openid: openid, word(call.id) or openid: openid}
        self._seen: set[str] = set()
        self._words: list[str | Mention] = []

    def read(self, content: str) -> None:
        """Take in what was written, with the tags of those whom it calls."""
        is_behind_call = False
        for piece in markup.read(content):
            if isinstance(piece, str):
                # QQ puts a space behind every call; without the name it would stand there alone.
                self._words.append(piece.lstrip(" ") if is_behind_call else piece)
                is_behind_call = False
            else:
                is_behind_call = self._call(piece.openid)
        for openid in self._called:  # those whom the platform has cut out of the text
            if openid not in self._seen:
                self._words.append(" ")
                self._call(openid)

    def text(self) -> str:
        """Return the words, with people by name and without the bot."""
        return "".join(piece if isinstance(piece, str) else f"@{piece.name}" for piece in self._words).strip()

    def drop_automatic_call(self, author: str) -> None:
        """Leave out the call at the start that the client itself puts before a quote of somebody else's message."""
        said = (piece for piece in self._words if isinstance(piece, Mention) or piece.strip())
        first = next(said, None)
        if not isinstance(first, Mention) or (author and first.account != f"{self._adapter}:{author}"):
            return
        self._words.remove(first)
        if first not in self._words:
            self.mentions.pop(first.account, None)

    def _call(self, called: str) -> bool:
        """Note a call; True when it was for the bot, and so leaves no name in the text."""
        openid = self._openids.get(called, called)
        if not openid:
            self._words.append("@全体成员")
            return False
        self._seen.add(openid)
        call = self._called.get(openid)
        if call is not None and call.is_you is True:
            self.is_addressed = True
            return True
        account = f"{self._adapter}:{openid}"
        name = self._people.get(account) or (word(call.username).lstrip("@＠") if call else "")
        mention = self.mentions.setdefault(account, Mention(name or nickname(openid), account))
        self._words.append(mention)
        return False


def nickname(openid: str) -> str:
    """Return what to call somebody whose name the platform does not say."""
    return f"用户{openid[:4]}"
