"""What the bot says without changing anything: help, progress, lists, explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bot.records.ledgers import CustomerStandings
from bot.tickets import timing
from bot.tickets.alerts import promise_name
from bot.tickets.card import ENDINGS
from bot.tickets.coverage import deciders, is_undecided, standing_of
from bot.tickets.errors import N_, Phrase
from bot.tickets.explaining import reasons, standing
from bot.tickets.kinds import Closing, Standing, Status, WaitsFor
from bot.tickets.majors import next_news
from bot.tickets.model import Party, Ticket, Waiting
from bot.tickets.pausing import REASONS
from bot.tickets.planned_words import planned_standing
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.standings import line, outside_line
from bot.tickets.voices import title
from bot.vocabulary import EXAMPLE_NUMBER, SPECS, Spec, Whose, Word, may_use

_LINES = {Whose.CUSTOMER: 5, Whose.STAFF: 9, Whose.MANAGER: 12}
_SHOWN_TO_CUSTOMERS = (Word.REPORT, Word.PROGRESS, Word.URGE, Word.PROMISES)  # 撤单 stands beside 催单


def greeting(speaker: Speaker, bot_name: str, *, is_private: bool = False) -> str:
    """Return what the bot says when it is called without a question; where two talk nobody needs to be called."""
    if is_private:
        return speaker.say("我在。直接说问题就行，查不到我转工程师。更多：帮助")
    return speaker.say("我在。直接 @{name} 说问题就行，查不到我转工程师。更多：帮助", name=bot_name)


def introduction(speaker: Speaker, bot_name: str) -> str:
    """Return what the bot says when it is asked who it is: that it is no person, and how one reaches one."""
    return speaker.say("我是机器人 {name}：查得到的我直接答，查不到转工程师。要找人回“人工”。", name=bot_name)


def greeting_for_staff(speaker: Speaker) -> str:
    """Return what the bot says when staff call it without a question."""
    return speaker.say("我在。常用：待办、我的单、值班、进度 单号；全部：帮助")


def help_for(role: Role, speaker: Speaker, *, is_private: bool = False) -> str:
    """Return the help of a role: five lines for customers, nine for engineers, twelve for managers."""
    if not role.is_staff:
        how = N_("直接说问题并 @我，我先查资料，查不到转工程师。")
        lines = [speaker.say(N_("直接说问题，我先查资料，查不到转工程师。") if is_private else how)]
        specs = [spec for spec in SPECS if spec.word in _SHOWN_TO_CUSTOMERS]
        return "\n".join([*lines, *(speaker.say(spec.usage) for spec in specs)])
    specs = [
        spec
        for spec in SPECS
        if spec.usage and spec.whose in (Whose.STAFF, Whose.MANAGER) and may_use(spec, role)
    ]
    if role.is_manager:  # first what only they can do
        specs.sort(key=lambda spec: spec.whose is not Whose.MANAGER)
    else:
        specs = [spec for spec in specs if spec.whose is Whose.STAFF]
    most = _LINES[Whose.MANAGER if role.is_manager else Whose.STAFF] - 1
    lines = [speaker.say(spec.usage) for spec in specs[:most]]
    return "\n".join([*lines, speaker.say("单号可引用消息省去；看例子：帮助 转交")])


def example_of(spec: Spec, speaker: Speaker) -> str:
    """Return one command with an example, and its other words."""
    usage = f"{speaker.say(spec.usage)}\n" if spec.usage else ""
    others = spec.others(speaker.language)
    also = speaker.say("也可以写：{names}", names=" ".join(others)) if others else ""
    example = Phrase(spec.example, {"number": EXAMPLE_NUMBER})
    return usage + speaker.say("例：{example}", example=example) + (f"\n{also}" if also else "")


def progress(ticket: Ticket, speaker: Speaker, rules: Rules, *, is_staff: bool = False) -> str:
    """Return where a ticket is, in one line for the customer, or for staff."""
    number = ticket.number
    if ticket.status is Status.CLOSED:
        ending = speaker.say(ENDINGS[ticket.closing or Closing.DONE])
        return speaker.say(
            "{number} {ending}（{time}）。", number=number, ending=ending, time=ticket.closed_at
        )
    if ticket.status is Status.SOLVED and ticket.resolution is not None:
        return speaker.say(
            "{number} 已处理（{by}）：{method}。好了回 1，还有问题回 2。",
            number=number, by=ticket.resolution.by, method=ticket.resolution.method,
        )  # fmt: skip
    if ticket.kind.is_planned:
        return planned_standing(ticket, speaker)
    who = _who(ticket, speaker, rules)
    what = ticket.progress or title(ticket)
    word = timing.promised_word(ticket, rules)
    what = what.rstrip("。.")
    if is_staff:
        text = speaker.say(
            "{number} {who}：{what}（{customer} {requester}）。",
            number=number,
            who=who,
            what=what,
            customer=rules.customers.get(ticket.customer, ticket.customer),
            requester=ticket.requester,
        )
    else:
        text = speaker.say("{number} {who}：{what}。", number=number, who=who, what=what)
    if ticket.waiting is not None and not is_undecided(ticket):
        return text + _waits(ticket.waiting, speaker, is_staff=is_staff)
    if ticket.appointment is not None:
        comes = ticket.appointment.who or ticket.owner or ""
        text += speaker.say("约在 {time} 上门（{who}）。", time=ticket.appointment.at, who=comes)
    news = _news(ticket, speaker, rules)
    if news is not None:
        text += speaker.say("下次更新 {time} 前。", time=news)
        if not is_staff:
            return text
    if word is None or word <= speaker.now:
        return text
    if timing.is_awaited(ticket, rules) or is_undecided(ticket):
        template = N_("最晚 {time} 联系客户。") if is_staff else N_("最晚 {time} 联系您。")
        return text + speaker.say(template, time=word)
    return text + speaker.say("最晚 {time} 解决。", time=word)


def _news(ticket: Ticket, speaker: Speaker, rules: Rules) -> datetime | None:
    """Return by when the next news of a major incident come, which its customer waits for rather than for the end."""
    news = next_news(ticket, rules) if not timing.is_awaited(ticket, rules) else None
    return news if news is not None and news > speaker.now else None


def _waits(waiting: Waiting, speaker: Speaker, *, is_staff: bool) -> str:
    """Return what a ticket waits for, and by when somebody hears of it."""
    need = waiting.need.rstrip("。.")
    if waiting.reason is WaitsFor.CUSTOMER:
        template = N_("在等客户：{need}。") if is_staff else N_("在等您：{need}。")
        return speaker.say(template, need=need)
    waits = speaker.say(REASONS[waiting.reason])
    waits = speaker.say("{waits}：{need}", waits=waits, need=need) if need else waits
    template = N_("现在{waits}，{time} 再看。") if is_staff else N_("现在{waits}，{time} 前给您消息。")
    return speaker.say(template, waits=waits, time=waiting.next_at)


def _who(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    if ticket.coverage is not None and ticket.coverage.standing is Standing.QUOTED:
        return speaker.say("等您同意收费")
    if is_undecided(ticket):
        return speaker.say("等 {manager} 确认怎么协助", manager=deciders(rules)[:1])
    if ticket.commander is not None:
        return speaker.say("处理中（{commander} 指挥）", commander=ticket.commander)
    return speaker.say("{owner} 处理中", owner=ticket.owner) if ticket.owner else speaker.say("等工程师接单")


def mine(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return a customer's tickets that are not closed."""
    if not tickets:
        return speaker.say("您没有在办的单。有问题直接说“报障 …”。")
    parts = [
        Phrase(
            N_("{number}（{state}）"), {"number": ticket.number, "state": _own_state(ticket, speaker, rules)}
        )
        for ticket in tickets
    ]
    return speaker.say("您在办 {count} 单：{tickets}。", count=len(parts), tickets=tuple(parts))


def of_group(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return what is open in a customer's group, for its contact, one ticket a line."""
    lines = [
        speaker.say(
            "{number} {title}（{requester}）：{state}",
            number=ticket.number, title=title(ticket, 20), requester=ticket.requester, state=_own_state(ticket, speaker, rules),
        )
        for ticket in tickets[:10]
    ]  # fmt: skip
    first = speaker.say("群里在办 {count} 单：", count=len(tickets))
    return "\n".join([first, *lines])


def queue(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return the tickets staff still owe something for, one a line, the most pressing first."""
    if not tickets:
        return speaker.say("没有在办的单。")
    lines = []
    for ticket in tickets[:10]:
        owner = ticket.owner.name if ticket.owner else speaker.say("没人接")
        lines.append(
            speaker.say(
                "{number} {owner}｜{state}｜{title}",
                number=ticket.number, owner=owner, state=_state(ticket, speaker, rules), title=title(ticket, 20),
            )
        )  # fmt: skip
    if len(tickets) > len(lines):
        lines.append(speaker.say("……另有 {count} 单，见看板。", count=len(tickets) - len(lines)))
    return "\n".join(lines)


def queue_of(who: Party, tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return what one of the staff has in hand."""
    if not tickets:
        return speaker.say("{who} 手上没有单。", who=who)
    heading = speaker.say("{who} 手上 {count} 单：", who=who, count=len(tickets))
    return f"{heading}\n{queue(tickets, speaker, rules)}"


def workload(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return how many tickets each of the engineers has in hand, and how many nobody has; who has least comes first."""
    working = [ticket for ticket in tickets if ticket.status is Status.OPEN]
    owners = Counter(ticket.owner for ticket in working)
    people = sorted(rules.with_role(Role.ENGINEER), key=lambda each: owners[each])
    parts = tuple(Phrase(N_("{who} {count} 单"), {"who": each, "count": owners[each]}) for each in people)
    text = speaker.say("手上的单：{parts}。", parts=parts) if parts else speaker.say("还没有登记工程师。")
    return text + (speaker.say("没人接的 {count} 单。", count=owners[None]) if owners[None] else "")


def explained(ticket: Ticket, speaker: Speaker, rules: Rules, language: str) -> str:
    """Return how the due instants of a ticket come about: the clock that runs, window by window."""
    lines = [speaker.say("{number}（{level}）的时限：", number=ticket.number, level=ticket.level_name or "–")]
    for clock in timing.clocks(ticket, rules, speaker.now):
        name, state = speaker.say(promise_name(clock.kind)), standing(ticket, clock, speaker)
        lines.append(speaker.say("{name}：{state}", name=name, state=state))
        if clock.is_running:
            lines.extend(f"  {line}" for line in reasons(ticket, clock, speaker, rules, language))
    if outside := standing_of(ticket, speaker, rules):
        lines.append(speaker.say("合同外：{state}", state=outside))
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    lines.extend(speaker.say("合同这样理解：{text}", text=text) for text in (level.readings if level else ()))
    return "\n".join(lines)


def attained(found: Sequence[CustomerStandings], speaker: Speaker) -> str:
    """Return how the shares and numbers of contracts stand, a customer after the other."""
    lines: list[str] = []
    for each in found:
        lines.append(speaker.say("{customer}：", customer=each.name))
        lines.extend(f"  {line(standing, speaker)}" for standing in each.standings)
        lines.extend(f"  {text}" for text in outside_line(each.outside, speaker))
    return "\n".join(lines) or speaker.say("合同里没有比例和次数的约定。")


def _own_state(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    news = _news(ticket, speaker, rules)
    return _state(ticket, speaker, rules) if news is None else speaker.say("{time} 更新", time=news)


def _state(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    if ticket.status is Status.SOLVED:
        return speaker.say("等客户确认")
    if ticket.status is Status.CLOSED:
        return speaker.say("已关闭")
    word = timing.promised_word(ticket, rules)
    if word is None:
        return speaker.say("处理中")
    if word <= speaker.now:
        return speaker.say("已超时 {length}", length=speaker.now - word)
    return speaker.say("{time} 前", time=word)
