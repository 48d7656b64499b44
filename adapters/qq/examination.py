"""Whether an application of the QQ platform is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import quote

from adapters.contract import Finding, Surroundings
from adapters.qq.api import Answer, Api, NotReached, Unanswered
from adapters.qq.outcome import fields_of, judge
from adapters.qq.settings import Settings
from adapters.qq.tokens import NoToken

_CLOCK_TOLERANCE: Final = timedelta(seconds=60)
_HEARS: Final = {
    "all": "看得到所有消息",
    "only_mention": "只看得到 @机器人 的消息；要全部，请群主打开“获取群内全部消息”",
    "mention_and_context": "只看得到 @机器人 的消息及其上下文；要全部，请群主打开“获取群内全部消息”",
}


async def of(settings: Settings, surroundings: Surroundings, api: Api) -> list[Finding]:
    """Return what was found about the application, the way events come, the clock and the configured groups."""
    try:
        await api.tokens.current()
    except NoToken as failure:
        return [Finding("app_id 与 secret", False, f"{failure}。请与 q.qq.com 管理端的开发设置核对。")]
    findings = [Finding("app_id 与 secret", True, "平台认可")]
    try:
        answer = await api.call("GET", "/gateway/bot")
    except (NoToken, NotReached, Unanswered) as failure:
        return [*findings, Finding("接口", False, f"{failure}。请核对 api_base 与网络。")]
    findings.append(_clock(answer, surroundings))
    findings.append(_way_in(settings, surroundings.name, answer))
    prefix = f"{surroundings.name}:group:"
    for room in surroundings.rooms:
        if room.address.startswith(prefix):
            findings.extend(await _group(api, room.name, room.address.removeprefix(prefix)))
    return findings


def _clock(answer: Answer, surroundings: Surroundings) -> Finding:
    theirs = answer.server_time
    if theirs is None or theirs.tzinfo is None:
        return Finding("时钟", True, "平台没有报时，无法比较")
    difference = surroundings.clock.now() - theirs
    if abs(difference) <= _CLOCK_TOLERANCE:
        return Finding("时钟", True, "与平台一致")
    seconds = round(difference.total_seconds())
    return Finding(
        "时钟", False, f"本机与平台相差 {seconds} 秒：请打开自动校时，否则平台的回调会被当作重放拒绝。"
    )


def _way_in(settings: Settings, adapter: str, answer: Answer) -> Finding:
    if settings.mode == "webhook":
        says = f"平台调用 https://你的域名/hooks/{adapter}（端口 443、80、8080 或 8443）；在 q.qq.com 的回调配置里填写并验证"
        return Finding("回调", True, says)
    if answer.status != 200:
        said = judge(answer.status, answer.body, answer.headers).said
        return Finding("网关", False, f"不能使用：{said}。请确认机器人已上线，或改用 webhook。")
    limit = fields_of(answer.body).get("session_start_limit")
    left = limit.get("remaining") if isinstance(limit, dict) else None
    if left == 0:
        return Finding("网关", False, "今天的登录次数已用完：请找出反复重启的原因，等平台重置。")
    return Finding("网关", True, "可以登录" if left is None else f"可以登录，今天还剩 {left} 次")


async def _group(api: Api, name: str, openid: str) -> list[Finding]:
    """Return what the bot may do in a group. The platform tells this to few: a failure means unknown, not no."""
    try:
        answer = await api.call("GET", f"/v2/groups/{quote(openid, safe='')}/bot_state")
    except (NoToken, NotReached, Unanswered) as failure:
        return [Finding(f"群 {name}", True, f"不知道能看到、能说什么：{failure}")]
    state = fields_of(answer.body)
    if answer.status != 200 or "allow_proactive_msg" not in state:
        said = judge(answer.status, answer.body, answer.headers).said
        return [Finding(f"群 {name}", True, f"不知道能看到、能说什么：平台不肯说（{said}）")]
    hears = state.get("recv_msg_setting")
    may_push = state["allow_proactive_msg"] is True
    return [
        Finding(f"群 {name} 收消息", hears == "all", _HEARS.get(str(hears), f"平台说：{hears}")),
        Finding(
            f"群 {name} 主动发言",
            may_push,
            "允许"
            if may_push
            else "不允许，只能在 5 分钟内回复：请群主在群设置的机器人里打开“机器人主动在群聊内发言”。",
        ),
    ]
