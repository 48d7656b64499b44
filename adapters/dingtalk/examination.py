"""Whether a robot of DingTalk is set up well, in words for whoever sets it up."""

from __future__ import annotations

from datetime import datetime

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding
from adapters.dingtalk.api import Api
from adapters.stream_addresses import Unsuitable
from adapters.wording import say


async def look(api: Api, now: datetime) -> list[Finding]:
    """Ask for a token and for a stream, to which nobody connects, and compare the clocks."""
    return [*await _robot(api), *compared(api.server_time, now, say("钉钉"))]


async def _robot(api: Api) -> list[Finding]:
    subject, stream = say("机器人"), say("长连接")
    try:
        await api.token()
    except DeliveryFailed as failed:
        return [Finding(subject, False, failed.reason)]
    well = Finding(subject, True, say("Client ID 和 Secret 正确"))
    try:
        await api.stream()
    except DeliveryFailed as failed:
        says = say("{why}。请在机器人配置里选 Stream 模式并发布", why=failed.reason)
        return [well, Finding(stream, False, says)]
    except Unsuitable as unsuitable:
        return [well, Finding(stream, False, say("{why}。请核对 api_base", why=unsuitable.why))]
    limits = say(
        "群里只看得到 @它 的消息；先开口要开通“企业内机器人发送消息权限”，按钮要“互动卡片实例写权限”；每群每分钟最多 20 条，超过要停 10 分钟"
    )
    return [well, Finding(stream, True, say("可以连接")), Finding(say("权限"), True, limits)]
