"""Every word of the simulator's page in Chinese and in English, and which of both a browser gets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Texts = Mapping[str, str]

_ZH: Final = {
    "title": "模拟群聊",
    "brand": "首问",
    "skip": "跳到聊天",
    "rooms": "群和私聊",
    "clock": "机器人的时间",
    "travel": "让时间过去",
    "plus_5": "+5 分钟",
    "plus_30": "+30 分钟",
    "next_deadline": "下一个时限",
    "no_deadline": "现在没有等着的时限。",
    "arrived": "时间到了 {clock}",
    "private_chat": "私聊",
    "open_private": "私聊",
    "private_room": "私聊 {name}",
    "private_with": "和机器人私聊的是",
    "customer": "客户群",
    "duty": "值班群",
    "private": "只有本人和机器人看得到",
    "speaks_here": "在“{room}”里说话的人",
    "writes_here": "在“{room}”里写一条消息",
    "placeholder": "以 {name} 的身份说…",
    "send": "发送",
    "call_bot": "叫机器人",
    "quote": "引用",
    "quoting": "引用 {name}：",
    "stop_quoting": "不引用",
    "quoted_gone": "较早的消息",
    "edited": "已更新",
    "bot": "机器人",
    "pressed": "{name} 按了“{label}”",
    "somebody_else": "换人…",
    "name": "名字",
    "name_hint": "比如 孙老师。配置里没有的人就是客户。",
    "unfit_name": "名字最多 40 个字，不能有 @ 和冒号。",
    "speak": "就用这个名字",
    "open": "打开",
    "cancel": "取消",
    "customers": "客户",
    "staff": "服务团队",
    "visitors": "自己起的名字",
    "guest": "访客",
    "empty_customer": "还没有人说话。试试：",
    "empty_duty": "新单会出现在这里。接单就回：",
    "empty_private": "这里是私聊，直接说就行：",
    "try_customer": "@{bot} 打印不出来|报障 一级 教务系统全校打不开",
    "try_duty": "接单 1001|帮助",
    "try_private": "帮助|我的单",
    "newer": "有新消息",
    "unread": "{count} 条未读",
    "no_rooms": "配置里还没有这个模拟器的群。在 config.toml 里加一个 [[rooms]]，地址写成 {address}，再启动一次。",
    "connecting": "正在连接…",
    "lost": "连接断了，正在重连…",
    "failed": "没有发出去，请再试一次。",
    "role_contact": "联系人",
    "role_engineer": "工程师",
    "role_leader": "组长",
    "role_manager": "经理",
    "role_director": "总监",
    "role_knowledge": "知识管理",
    "role_admin": "管理员",
    "role_visitor": "访客",
    "needs_script": "这个页面需要打开 JavaScript。",
    "weekdays": "周一 周二 周三 周四 周五 周六 周日",
    "day": "{date} {weekday}",
    "refused_malformed": "请求看不懂。",
    "refused_not_json": "请求应当是 application/json。",
    "refused_too_large": "请求太大。",
    "refused_cross_site": "请求来自别的网站，没有接受。",
    "refused_empty": "先写点什么吧。",
    "refused_too_long": "一条消息最多 4000 字。",
    "refused_unknown_room": "没有这个群。",
    "refused_unknown_person": "没有这个人。",
    "refused_unknown_message": "那条消息已经不在了。",
    "refused_unknown_button": "这个按钮已经不在了。",
    "refused_not_yours": "这里只有本人能说话。",
    "refused_no_travel": "没有打开 time_travel，时间不能调。",
    "refused_busy": "消息太多，机器人还没看完。稍等再发。",
    "refused_closed": "机器人正在停下来。",
}

_EN: Final = {
    "title": "Simulated group chat",
    "brand": "Shouwen",
    "skip": "Skip to the chat",
    "rooms": "Groups and private chats",
    "clock": "The bot's clock",
    "travel": "Let time pass",
    "plus_5": "+5 min",
    "plus_30": "+30 min",
    "next_deadline": "Next deadline",
    "no_deadline": "No deadline is waiting.",
    "arrived": "It is now {clock}",
    "private_chat": "Private chat",
    "open_private": "Private",
    "private_room": "Private: {name}",
    "private_with": "Who talks to the bot alone",
    "customer": "Customer group",
    "duty": "Duty room",
    "private": "Only this person and the bot see it",
    "speaks_here": "Who speaks in “{room}”",
    "writes_here": "Write a message in “{room}”",
    "placeholder": "Speak as {name}…",
    "send": "Send",
    "call_bot": "Call the bot",
    "quote": "Quote",
    "quoting": "Quoting {name}:",
    "stop_quoting": "Do not quote",
    "quoted_gone": "an earlier message",
    "edited": "updated",
    "bot": "Bot",
    "pressed": "{name} pressed “{label}”",
    "somebody_else": "Somebody else…",
    "name": "Name",
    "name_hint": "For example Ms Sun. Whoever is not in the configuration is a customer.",
    "unfit_name": "A name has at most 40 characters, no @ and no colon.",
    "speak": "Use this name",
    "open": "Open",
    "cancel": "Cancel",
    "customers": "Customers",
    "staff": "Service team",
    "visitors": "Names you typed",
    "guest": "Guest",
    "empty_customer": "Nobody has spoken yet. Try:",
    "empty_duty": "New tickets appear here. Take one with:",
    "empty_private": "This is private. Just say:",
    "try_customer": "@{bot} the printer does not print|urgent: nobody can log in",
    "try_duty": "claim 1001|help",
    "try_private": "help|mine",
    "newer": "New messages",
    "unread": "{count} unread",
    "no_rooms": "The configuration has no room of this simulator. Add a [[rooms]] with the address {address} to config.toml and start again.",
    "connecting": "Connecting…",
    "lost": "Connection lost, trying again…",
    "failed": "It was not sent. Please try again.",
    "role_contact": "contact",
    "role_engineer": "engineer",
    "role_leader": "leader",
    "role_manager": "manager",
    "role_director": "director",
    "role_knowledge": "knowledge",
    "role_admin": "admin",
    "role_visitor": "visitor",
    "needs_script": "This page needs JavaScript.",
    "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    "day": "{weekday} {date}",
    "refused_malformed": "The request could not be read.",
    "refused_not_json": "The request must be application/json.",
    "refused_too_large": "The request is too large.",
    "refused_cross_site": "The request came from another site and was refused.",
    "refused_empty": "Write something first.",
    "refused_too_long": "A message has at most 4000 characters.",
    "refused_unknown_room": "There is no such room.",
    "refused_unknown_person": "There is no such person.",
    "refused_unknown_message": "That message is gone.",
    "refused_unknown_button": "That button is gone.",
    "refused_not_yours": "Only this person can speak here.",
    "refused_no_travel": "Time cannot be moved: time_travel is off.",
    "refused_busy": "Too many messages: the bot has not read them yet. Wait a moment.",
    "refused_closed": "The bot is stopping.",
}

LANGUAGES: Final[Mapping[str, Texts]] = MappingProxyType(
    {"zh": MappingProxyType(_ZH), "en": MappingProxyType(_EN)}
)


def pick_language(asked: str | None, accepted: str, otherwise: str) -> str:
    """Return the language of a page: what the address asks for, else what the browser likes best, else the bot's.

    `accepted` is an `Accept-Language` header. A language that we do not have is passed over.
    """
    if asked is not None and asked in LANGUAGES:
        return asked
    liked = [
        (_weight(part), part.split(";")[0].strip().lower().split("-")[0]) for part in accepted.split(",")
    ]
    known = [(weight, language) for weight, language in liked if weight > 0 and language in LANGUAGES]
    if known:
        return max(known, key=lambda each: each[0])[1]
    return otherwise if otherwise in LANGUAGES else "zh"


def _weight(part: str) -> float:
    _, _, quality = part.partition(";q=")
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
