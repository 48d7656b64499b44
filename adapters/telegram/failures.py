"""What Telegram's refusals mean for a message; pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError

from adapters.contract import DeliveryFailed
from adapters.wording import N_, say

SOON: Final = timedelta(seconds=5)
_AFTER_REFUSAL: Final = timedelta(seconds=60)
_LONGEST_WORDS: Final = 200

# Parts of what the Bot API says, in lower case; it has no codes.
_UNCHANGED: Final = ("message is not modified",)
_MARKS: Final = ("entit", "user_id_invalid", "user not found")
_BUTTONS: Final = ("button", "reply markup", "reply_markup", "keyboard")
_MUTED: Final = ("not enough rights to send text messages", "have no rights to send a message")
_QUOTE: Final = ("replied not found", "reply message not found", "reply_to_message")
_ADVICE: Final = (
    ("topic_deleted", N_("话题已被删除或关闭，请改用别的话题")),
    ("message thread not found", N_("话题已被删除或关闭，请改用别的话题")),
    ("topic_closed", N_("话题已被关闭，请重新打开它")),
    ("chat not found", N_("没有这个群，或对方从没和机器人说过话")),
    ("rights", N_("机器人在群里没有发言权，请让群主放开")),
    ("to edit not found", N_("要修改的消息已不在")),
    ("can't be edited", N_("这条消息不能再修改")),
    ("too long", N_("文字太长")),
)


class NotSent(TelegramError):
    """The platform was not reached, so it cannot have acted."""


class Flooded(TelegramError):
    """Too many messages: the whole bot has to wait."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"Too many requests, retry in {wait.total_seconds():.0f} s")
        self.wait = wait


class Burden(StrEnum):
    """What a message can do without if Telegram does not take it."""

    MARKS = "marks"
    BUTTONS = "buttons"
    QUOTE = "quote"


def is_unchanged(error: TelegramError) -> bool:
    """Say whether an edit was refused only because the message already reads so."""
    return isinstance(error, BadRequest) and _says(error, _UNCHANGED)


def burden_of(error: TelegramError) -> Burden | None:
    """Return what made Telegram refuse a message that it would take without."""
    if not isinstance(error, BadRequest):
        return None
    for burden, words in ((Burden.QUOTE, _QUOTE), (Burden.BUTTONS, _BUTTONS), (Burden.MARKS, _MARKS)):
        if _says(error, words):
            return burden
    return None


def failure(error: TelegramError) -> DeliveryFailed:
    """Return what a refused call means for its message.

    Anything that may have been carried out all the same is `is_unknown`.
    """
    words = said(error)
    if isinstance(error, Flooded):
        return DeliveryFailed(say("Telegram 要求放慢"), retry_after=error.wait)
    if isinstance(error, NotSent):
        return DeliveryFailed(say("连不上 Telegram：{words}", words=words), retry_after=SOON)
    if isinstance(error, InvalidToken):
        return DeliveryFailed(say("Telegram 不认 token，请到 @BotFather 核对"), retry_after=_AFTER_REFUSAL)
    if isinstance(error, Forbidden):
        return DeliveryFailed(say("机器人不在群里，或被对方屏蔽（{words}）", words=words))
    if isinstance(error, ChatMigrated):
        return DeliveryFailed(say("群已升级，新的号码是 {chat}", chat=error.new_chat_id), retry_after=SOON)
    if isinstance(error, BadRequest):
        advice = next((advice for part, advice in _ADVICE if _says(error, (part,))), N_("Telegram 拒绝"))
        is_muted = _says(error, _MUTED)  # nobody can be told before somebody lets the bot speak again
        return DeliveryFailed(
            say("{advice}（{words}）", advice=say(advice), words=words), until_heard=is_muted
        )
    if isinstance(error, Conflict):
        return DeliveryFailed(
            say("{advice}（{words}）", advice=say("Telegram 拒绝"), words=words), retry_after=SOON
        )
    # A time-out, a cut connection, HTTP 5xx or an answer that nobody can read.
    return DeliveryFailed(
        say("Telegram 没有说清是否收下：{words}", words=words), retry_after=SOON, is_unknown=True
    )


def said(error: TelegramError) -> str:
    """Return the platform's words, not too many of them."""
    return " ".join(error.message.split())[:_LONGEST_WORDS] or type(error).__name__


def _says(error: TelegramError, words: tuple[str, ...]) -> bool:
    spoken = error.message.lower()
    return any(word in spoken for word in words)
