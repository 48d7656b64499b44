"""Whether a Telegram bot is set up well, in words for whoever sets it up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError
from yarl import URL

from adapters.contract import DeliveryFailed, Finding, KnownRoom
from adapters.telegram.addresses import place
from adapters.telegram.failures import failure, said
from adapters.telegram.settings import Settings
from adapters.telegram.transport import Transport, understood

_SETTLED: Final = timedelta(seconds=30)  # clocks that differ by less do no harm
_MANY_WAITING: Final = 100
_THERE: Final = frozenset({"creator", "administrator", "member", "restricted"})
_PRIVACY: Final = (
    "在 @BotFather 里 /setprivacy 选 Disable，再把机器人移出群、重新拉进来；或在群里把它设为管理员。"
)


async def examine(
    bot: Bot, settings: Settings, transport: Transport, name: str, rooms: Sequence[KnownRoom]
) -> list[Finding]:
    """Look at the token, the clock, how updates arrive, and what the bot may do in its groups."""
    try:
        me = await understood(bot.get_me())
    except InvalidToken:
        return [Finding("token", False, "Telegram 不认它。请到 @BotFather 用 /token 重新复制。")]
    except TelegramError as error:
        where = URL(settings.base_url).origin()
        says = (
            f"连不上 {where}（{said(error)}）。中国大陆需要填 proxy，或用自建的 Bot API 服务器（base_url）。"
        )
        return [Finding("连接", False, says)]
    return [
        Finding("token", True, f"@{me.username}（{me.id}）"),
        _clock(transport.ahead),
        await _arrival(bot, settings),
        *[await _group(bot, me, room, name) for room in rooms if room.address.startswith(f"{name}:group:")],
    ]


def _clock(ahead: timedelta | None) -> Finding:
    if ahead is None:
        return Finding("时钟", True, "Telegram 没有说它的时间")
    seconds = round(ahead.total_seconds())
    if abs(ahead) <= _SETTLED:
        return Finding("时钟", True, f"与 Telegram 相差 {abs(seconds)} 秒")
    direction = "慢" if seconds > 0 else "快"
    return Finding(
        "时钟",
        False,
        f"本机比 Telegram {direction} {abs(seconds)} 秒，时限会算错。请打开系统的自动校时（NTP）。",
    )


async def _arrival(bot: Bot, settings: Settings) -> Finding:
    try:
        info = await understood(bot.get_webhook_info())
    except TelegramError as error:
        return Finding("webhook", False, f"查不到：{said(error)}")
    if settings.mode == "polling":
        if info.url:
            says = f"这个机器人设着 webhook（{host_of(info.url)}），轮询收不到消息。启动本程序会取消它；若另有程序在用，请换一个机器人。"
            return Finding("webhook", False, says)
        return Finding("轮询", True, "没有别的 webhook")
    if not info.url:
        return Finding("webhook", False, "还没有告诉 Telegram。请填 url 并启动，或自己调用 setWebhook。")
    if settings.url and info.url != settings.url:
        says = f"Telegram 那里登记的是 {host_of(info.url)}，不是 url 里的地址。启动本程序会改过来。"
        return Finding("webhook", False, says)
    if info.last_error_message and info.pending_update_count:
        return Finding(
            "webhook",
            False,
            f"Telegram 送不到（{info.last_error_message[:100]}），{info.pending_update_count} 条在等。"
            "请核对公网地址、证书和 secret_token。",
        )
    is_well = info.pending_update_count < _MANY_WAITING
    return Finding("webhook", is_well, f"{host_of(info.url)}，{info.pending_update_count} 条在等")


async def _group(bot: Bot, me: User, room: KnownRoom, name: str) -> Finding:
    try:
        chat = place(room.address, name).chat
        member = await understood(bot.get_chat_member(chat, me.id))
    except DeliveryFailed as failed:
        return Finding(room.name, False, f"{failed.reason}。请改正 address。")
    except TelegramError as error:
        return Finding(
            room.name, False, f"{failure(error).reason}。请把 @{me.username} 拉进群，并核对 address。"
        )
    if member.status not in _THERE:
        return Finding(room.name, False, f"机器人不在群里。请把 @{me.username} 拉进去。")
    if member.status == "restricted" and not getattr(member, "can_send_messages", True):
        return Finding(room.name, False, "机器人被禁言。请群主放开它的发言权。")
    if member.status != "administrator" and not me.can_read_all_group_messages:
        return Finding(room.name, False, f"只看得到叫它的消息（隐私模式）。{_PRIVACY}")
    return Finding(room.name, True, "在群里，看得到所有消息")


def host_of(url: str) -> str:
    """Return the host of an address, which may be told; the rest of it may hold a secret."""
    try:
        return URL(url).host or "?"
    except ValueError:
        return "?"
