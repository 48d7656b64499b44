"""Whether a Telegram bot is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError
from yarl import URL

from adapters.clock_check import compared
from adapters.contract import DeliveryFailed, Finding, KnownRoom
from adapters.telegram.addresses import place
from adapters.telegram.failures import failure, said
from adapters.telegram.settings import Settings
from adapters.telegram.transport import Transport, understood
from adapters.wording import N_, say

_MANY_WAITING: Final = 100
_THERE: Final = frozenset({"creator", "administrator", "member", "restricted"})
_PRIVACY: Final = N_(
    "只看得到叫它的消息（隐私模式）。在 @BotFather 里 /setprivacy 选 Disable，再把机器人移出群、重新拉进来；或在群里把它设为管理员。"
)


async def examine(
    bot: Bot,
    settings: Settings,
    transport: Transport,
    *,
    name: str,
    rooms: Sequence[KnownRoom],
    now: datetime,
) -> list[Finding]:
    """Look at the token, the clock, how updates arrive, and what the bot may do in its groups."""
    try:
        me = await understood(bot.get_me())
    except InvalidToken:
        return [Finding("token", False, say("Telegram 不认它。请到 @BotFather 用 /token 重新复制。"))]
    except TelegramError as error:
        where = URL(settings.base_url).origin()
        says = say(
            "连不上 {server}（{why}）。中国大陆需要填 proxy，或用自建的 Bot API 服务器（base_url）。",
            server=where, why=said(error),
        )  # fmt: skip
        return [Finding(say("连接"), False, says)]
    groups = f"{name}:group:"
    return [
        Finding("token", True, f"@{me.username}（{me.id}）"),
        *(compared(now + transport.ahead, now, "Telegram") if transport.ahead is not None else []),
        await _arrival(bot, settings),
        *_joining(me),
        *[await _group(bot, me, room, name) for room in rooms if room.address.startswith(groups)],
    ]


def _joining(me: User) -> list[Finding]:
    if me.can_join_groups is not False:
        return []
    says = say("不能被拉进群：在 @BotFather 里 /setjoingroups 选 Enable。")
    return [Finding(say("进群"), False, says)]


async def _arrival(bot: Bot, settings: Settings) -> Finding:
    try:
        info = await understood(bot.get_webhook_info())
    except TelegramError as error:
        return Finding("webhook", False, say("查不到：{why}", why=said(error)))
    if settings.mode == "polling":
        if info.url:
            says = say(
                "这个机器人设着 webhook（{host}），轮询收不到消息。启动本程序会取消它；若另有程序在用，请换一个机器人。",
                host=host_of(info.url),
            )
            return Finding("webhook", False, says)
        return _waiting(say("轮询"), info.pending_update_count, say("没有别的 webhook"))
    if not info.url:
        return Finding("webhook", False, say("还没有告诉 Telegram。请填 url 并启动，或自己调用 setWebhook。"))
    if settings.url and info.url != settings.url:
        says = say(
            "Telegram 那里登记的是 {host}，不是 url 里的地址。启动本程序会改过来。", host=host_of(info.url)
        )
        return Finding("webhook", False, says)
    if info.last_error_message and info.pending_update_count:
        says = say(
            "Telegram 送不到（{why}），{count} 条在等。请核对公网地址、证书和 secret_token。",
            why=info.last_error_message[:100], count=info.pending_update_count,
        )  # fmt: skip
        return Finding("webhook", False, says)
    return _waiting("webhook", info.pending_update_count, host_of(info.url))


def _waiting(subject: str, count: int, how: str) -> Finding:
    if count < _MANY_WAITING:
        return Finding(subject, True, say("{how}，{count} 条在等", how=how, count=count))
    says = say("{how}，{count} 条在等：程序没有在运行，或跟不上。请看日志。", how=how, count=count)
    return Finding(subject, False, says)


async def _group(bot: Bot, me: User, room: KnownRoom, name: str) -> Finding:
    try:
        chat = place(room.address, name).chat
        member = await understood(bot.get_chat_member(chat, me.id))
    except DeliveryFailed as failed:
        return Finding(room.name, False, say("{why}。请改正 address。", why=failed.reason))
    except TelegramError as error:
        says = say(
            "{why}。请把 {bot} 拉进群，并核对 address。", why=failure(error).reason, bot=f"@{me.username}"
        )
        return Finding(room.name, False, says)
    if member.status not in _THERE:
        return Finding(room.name, False, say("机器人不在群里。请把 {bot} 拉进去。", bot=f"@{me.username}"))
    if member.status == "restricted" and not getattr(member, "can_send_messages", True):
        return Finding(room.name, False, say("机器人被禁言。请群主放开它的发言权。"))
    if member.status != "administrator" and not me.can_read_all_group_messages:
        return Finding(room.name, False, say(_PRIVACY))
    return Finding(room.name, True, say("在群里，看得到所有消息"))


def host_of(url: str) -> str:
    """Return the host of an address, which may be told; the rest of it may hold a secret."""
    try:
        return URL(url).host or "?"
    except ValueError:
        return "?"
