"""What somebody with an open ticket says to the bot and nothing answers: very likely it is about their ticket, and for its owner."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from bot.asks import Choices, Suggestion
from bot.conversation.finding import Finding
from bot.conversation.tellings import supplement
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.alike import share
from bot.meaning.deciding import reports
from bot.meaning.sentence import Sentence
from bot.talk import tells
from bot.tickets.errors import N_
from bot.tickets.kinds import Kind, Status, Telling
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.recipients import in_charge
from bot.tickets.rules import Rules
from bot.tickets.voices import title
from bot.vocabulary import Word

_MAY_ASK = re.compile(
    r"[谁哪啥几吗呢么怎能想要请?？]|多少|可以|有没有|\b(?:who|what|where|when|which|why|how|can|could|may|want|need|would|is|are|do|does|please)\b",
    re.IGNORECASE,
)
_WANTS_ANOTHER = Sentence(
    r"(?:能不能|可不可以|能|可以|麻烦|我?想|我?要|给我们?|帮我|请|[\s,，])*(?:换一?[个位名]|换|让别的?|派别的?|叫别的?)(?:别的)?(?:师傅|工程师|人|老师)(?:来|过来|修|处理|看)*(?:吗|吧|呢|啊|行吗|[\s?？。.!！])*"
    r"|(?:can|could) (?:i|we) (?:have|get) (?:another|a different) engineer(?: please)?[\s?.!]*"
)
_WANTS_MANAGER = Sentence(
    r"(?:能不能|可不可以|能|可以|麻烦|我们?|想|要|让|叫|帮我|请|那|[\s,，])*(?:找|和|跟|联系|转给?)(?:一下|下)?(?:你们|您们?)?(?:的)?(?:经理|领导|负责人|主管|老板)(?:来|说|谈|聊|反映|沟通|讲|联系我?)*(?:一下|下)?(?:吗|吧|呢|啊|行吗|[\s?？.。!！])*"
    r"|(?:能不能|可以|麻烦|去|[\s,，])*(?:叫|让|请|喊)(?:一下|下)?(?:你们|您们?)?(?:的)?(?:经理|领导|负责人|主管|老板)(?:过?来|出来|接电话|处理|说话|联系我?)*(?:一下|下)?(?:吗|吧|呢|啊|行吗|[\s?？.。!！])*"
    r"|(?:(?:can|could|may) (?:i|we)|(?:i|we) (?:want|need|would like) to) (?:please )?(?:speak|talk) (?:to|with) (?:your |the |a )?(?:manager|supervisor|boss)(?: please)?[\s?.!]*"
)
_DISSATISFIED = Sentence(  # with all of us, and nothing that an engineer is to answer
    r"(?:(?:你们|你们?公司|贵公司|这)(?:的)?)?(?:售后)?(?:服务(?:质量|水平)?|效率|售后)(?:真的?|也|都|太|实在|这么|怎么这么|确实|好|很|非常)*(?:差劲?|烂|糟糕?|低|不行|不好|离谱|垃圾)(?:了|啊|呀|吧|[\s。.!！?？])*"
    r"|(?:你们)?(?:真的?|也|太|实在|这么)*不负责任?(?:了|啊|呀|[\s。.!！])*|(?:这|你们)?(?:是|叫)?什么(?:破|烂)?服务(?:啊|呀|嘛|[\s。.!！?？])*|(?:我们?)?对(?:你们|你们的服务)(?:很|非常|太)?(?:不满意?|失望)(?:了|啊|[\s。.!！])*"
    r"|(?:我们?)?(?:要|想|得)?投诉(?:你们)(?:公司)?(?:了|啊|[\s。.!！])*"
    r"|(?:your |the )?service is (?:so |really |very |just )*(?:terrible|awful|bad|poor|unacceptable)[\s.!]*"
)
_MOST = 3  # tickets of one person in a list to choose from


def wants_above(text: str) -> bool:
    """Say whether a whole text is for whoever is above the engineers: it asks for them, for another engineer, or is about all of us."""
    said = text.strip()
    return any(each.fullmatch(said) for each in (_WANTS_MANAGER, _WANTS_ANOTHER, _DISSATISFIED))


class AskingOwner:
    """Passes on what is told, and offers to pass on what is asked, beside a new ticket."""

    def __init__(self, *, desk: Desk, drafts: Drafts, finding: Finding, rules: Rules) -> None:
        self._rules = rules
        self._desk = desk
        self._drafts = drafts
        self._finding = finding

    async def above(self, hearing: Hearing) -> bool:
        """Offer that the manager hears what is for whoever is above the engineers; False when it is not, or they have not just one ticket."""
        said = hearing.text.strip()
        if hearing.role.is_staff or hearing.customer_room is None or not wants_above(said):
            return False
        own = await self._faults(hearing)
        if len(own) != 1:
            return False
        if _WANTS_ANOTHER.fullmatch(said) is not None:
            if own[0].owner is None:
                return False
            await self._of_another(hearing, own[0])
        elif _DISSATISFIED.fullmatch(said) is not None:
            await self._offer(hearing, N_("要请 {manager} 联系您吗？回 1 我转告。"), said)
        else:
            await self._of_the_manager(hearing, own[0])
        return True

    async def _faults(self, hearing: Hearing) -> list[Ticket]:
        found = await self._finding.mine(hearing)
        return [each for each in found if each.status is Status.OPEN and each.kind is Kind.FAULT]

    async def offered(self, hearing: Hearing) -> bool:
        """Do so for a customer; False when they tell of a trouble, or have no ticket that it can be about."""
        if hearing.role.is_staff or hearing.customer_room is None or reports(hearing.text):
            return False
        if await self.above(hearing):
            return True
        own = await self._faults(hearing)
        named = [each for each in own if share(hearing.text, each.text)]
        meant = named if len(named) == 1 else own
        if len(meant) == 1 and tells(hearing.text) and not _MAY_ASK.search(hearing.text):
            step = replace(supplement(hearing.by, hearing.text), telling=Telling.TELLS)
            await self._desk.take(meant[0].number, step, hearing.origin, known=meant[0])
            return True
        if not 1 <= len(meant) <= _MOST:
            return False
        await self._ask(hearing, meant)
        return True

    async def _of_another(self, hearing: Hearing, ticket: Ticket) -> None:
        """Offer to tell the manager that somebody else shall come: the owner is not asked about that."""
        wish = self._say(hearing)(N_("{number} 想换一位工程师"), number=ticket.number)
        await self._offer(hearing, N_("换人由 {manager} 安排，回 1 我转告。"), wish)

    async def _of_the_manager(self, hearing: Hearing, ticket: Ticket) -> None:
        """Offer that the manager calls: no engineer is asked about that."""
        wish = self._say(hearing)(N_("{number} 想和经理谈"), number=ticket.number)
        await self._offer(hearing, N_("要请 {manager} 联系您吗？回 1 我转告。"), wish)

    def _say(self, hearing: Hearing) -> Callable[..., str]:
        return self._drafts.speaker(hearing.origin.language, hearing.now).say

    async def _offer(self, hearing: Hearing, offer: str, wish: str) -> None:
        """Offer to tell the manager what is wished about a ticket."""
        say = self._say(hearing)
        managers = in_charge(self._rules)
        text = say(offer, manager=managers[0] if managers else say("经理"))
        about = Suggestion(command=f"/{Word.COMPLAIN} {wish}")
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)

    async def _ask(self, hearing: Hearing, meant: Sequence[Ticket]) -> None:
        """Ask which ticket it is about, or whether it is about any."""
        say = self._say(hearing)
        first, *others = meant
        if others:
            lines = say("　").join(
                f"{place} {each.number} {title(each)}" for place, each in enumerate(meant, 1)
            )
            text = say(
                "是问哪一单的事？回数字，我转给工程师\n{lines}\n{new} 都不是，报新单",
                lines=lines,
                new=len(meant) + 1,
            )
        else:
            text = say(
                "是问 {number}（{title}）的事吗？是回 1，我转给工程师；另有问题回 2 报新单。",
                number=first.number,
                title=title(first),
            )
        commands = [f"/add {each.number} {hearing.text}" for each in meant]
        about = Choices(commands=(*commands, f"/{Word.REPORT} {hearing.text}"))
        message = Message(to=Place.ASKER, text=text, about=about, ticket=None if others else first.number)
        await self._desk.answer([message], hearing.origin)
