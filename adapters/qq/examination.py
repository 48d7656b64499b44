"""Whether an application of the QQ platform is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from adapters.clock_check import compared
from adapters.contract import Finding, Surroundings
from adapters.qq.api import Answer, Api, NotReached, Unanswered
from adapters.qq.outcome import fields_of, judge, waits_for_a_person
from adapters.qq.settings import Settings
from adapters.qq.tokens import NoToken
from adapters.wording import N_, say

_HEARS: Final = {
    "all": N_("看得到所有消息"),
    "only_mention": N_("只看得到 @机器人 的消息；要全部，请群主打开“获取群内全部消息”"),
    "mention_and_context": N_("只看得到 @机器人 的消息及其上下文；要全部，请群主打开“获取群内全部消息”"),
}


async def of(
    settings: Settings, surroundings: Surroundings, api: Api, why_not: Callable[[str], str | None]
) -> list[Finding]:
    """Return what was found about the application, the way events come, the clock and the configured groups.

    `why_not` says why the bot may not speak first in a room, as far as refusals and events have told.
    """
    try:
        await api.tokens.current()
    except NoToken as failure:
        says = say("{why}。请与 q.qq.com 管理端的开发设置核对。", why=failure.why)
        return [Finding(say("app_id 与 secret"), False, says)]
    findings = [Finding(say("app_id 与 secret"), True, say("平台认可"))]
    try:
        answer = await api.call("GET", "/gateway/bot")
    except (NoToken, NotReached, Unanswered) as failure:
        says = say("{why}。请核对 api_base 与网络。", why=failure.why)
        return [*findings, Finding(say("接口"), False, says)]
    findings.extend(compared(answer.server_time, surroundings.clock.now(), say("QQ 平台")))
    findings.append(_way_in(settings, surroundings.name, answer))
    prefix = f"{surroundings.name}:group:"
    for room in surroundings.rooms:
        if room.address.startswith(prefix):
            refusal = why_not(room.address)
            findings.extend(await _group(api, room.name, room.address.removeprefix(prefix), refusal))
    return findings


def _way_in(settings: Settings, adapter: str, answer: Answer) -> Finding:
    if settings.mode == "webhook":
        says = say(
            "平台调用 https://你的域名/hooks/{adapter}（端口 443、80、8080 或 8443）；在 q.qq.com 的回调配置里填写并验证",
            adapter=adapter,
        )
        return Finding(say("回调"), True, says)
    subject = say("网关")
    if answer.status != 200:
        said = judge(answer.status, answer.body, answer.headers).said
        if waits_for_a_person(answer.status, answer.body):
            return Finding(subject, False, said)
        says = say("不能使用：{why}。请确认机器人已上线，或改用 webhook。", why=said)
        return Finding(subject, False, says)
    limit = fields_of(answer.body).get("session_start_limit")
    left = limit.get("remaining") if isinstance(limit, dict) else None
    if left == 0:
        return Finding(subject, False, say("今天的登录次数已用完：请找出反复重启的原因，等平台重置。"))
    well = say("可以登录") if left is None else say("可以登录，今天还剩 {count} 次", count=left)
    return Finding(subject, True, well)


async def _group(api: Api, name: str, openid: str, refusal: str | None) -> list[Finding]:
    """Return what the bot may do in a group. The platform tells this to few: a failure means unknown, not no."""
    try:
        answer = await api.call("GET", f"/v2/groups/{quote(openid, safe='')}/bot_state")
    except (NoToken, NotReached, Unanswered) as failure:
        return [_unknown(name, failure.why, refusal)]
    state = fields_of(answer.body)
    if answer.status != 200 or "allow_proactive_msg" not in state:
        said = judge(answer.status, answer.body, answer.headers).said
        return [_unknown(name, said, refusal)]
    hears = state.get("recv_msg_setting")
    hearing = (
        say(_HEARS[str(hears)]) if str(hears) in _HEARS else say("平台说：{words}", words=str(hears)[:60])
    )
    may_push = state["allow_proactive_msg"] is True
    cannot = say("不允许，只能在 5 分钟内回复：请群主在群设置的机器人里打开“机器人主动在群聊内发言”。")
    return [
        Finding(say("群 {name} 收消息", name=name), hears == "all", hearing),
        Finding(say("群 {name} 主动发言", name=name), may_push, say("允许") if may_push else cannot),
    ]


def _unknown(name: str, why: str, refusal: str | None) -> Finding:
    if refusal is not None:
        says = say("现在不允许（{why}）：请群主在群设置的机器人里打开“机器人主动在群聊内发言”。", why=refusal)
        return Finding(say("群 {name} 主动发言", name=name), False, says)
    return Finding(say("群 {name}", name=name), True, say("不知道能看到、能说什么：{why}", why=why))
