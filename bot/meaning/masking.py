"""What must not become knowledge: secrets, and numbers of people and things, taken out of a text; names see `persons`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.meaning.persons import without_names

HIDDEN = "***"

# Longest first where one could be read as the beginning of another.
_EMAIL = re.compile(
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|[\w.+-]{1,64} (?:at|\(at\)|\[at\]) [\w-]{1,63} (?:dot|\(dot\)|\[dot\]) \w{2,10}",
    re.ASCII,
)
_CREDENTIALS_IN_LINK = re.compile(r"(?<=://)[^/\s@]{1,128}@")
_SECRET_IN_LINK = re.compile(
    r"(?<=[?&#;])(?P<name>[\w-]{0,20}(?:token|code|key|sign|signature|secret|passw(?:or)?d|pwd|auth|ticket|session|sid)[\w-]{0,10})=[^&\s#\u4e00-\u9fff]+",
    re.IGNORECASE,
)
_WORDS = (
    r"密\s?[码碼]|口令|验证码|校验码|动态码|[密秘]钥|授权码|激活码|控制码|识别码|提取码|(?<![A-Za-z])(?:pin码?|password|passwd|passcode|pwd|psk|token|secret"
    r"|api[ _-]?key|(?:access|wi-?fi|network|secret|private)[ _-]?key)(?![A-Za-z])"
)
_SECRET = re.compile(
    rf"(?P<word>{_WORDS})(?P<between>\s*(?:(?:就是|还是|是|为|[:：=→]|is)\s*)+|\s+)(?P<secret>[^\s，。；,;、”’」）)]{{3,}})",
    re.IGNORECASE,
)
_IS_SECRET = re.compile(r"[!-~]{3,}")  # a word in letters and digits; "密码 错误" tells no secret
_SAYS_IT = re.compile("[:：=→]")
# What stands at once behind the word, or in quotes: `密码Admin@2026`, `口令（Ab12cd）`.
_AT_ONCE = re.compile(
    rf"(?P<word>(?:{_WORDS})\s?[“‘「（(\[\"']?)(?P<secret>(?=[!-~]*[\d-])[A-Za-z0-9][!-&*-~]{{3,}})",
    re.IGNORECASE,
)
# What the word is changed to: `密码从 abc123 改成 xyz789`, `密码统一为 …`.
_BECOMES = re.compile(
    r"(?P<word>(?:改[成为到]?了?|[设换][成为]了?|设置[成为]|重置[成为]了?|统一[成为]|恢复[成为]|就是|还是|默认|从|由|那个|[是为到→])\s?[“‘「（(\"']?)(?P<secret>(?=[!-~]*\d)[A-Za-z0-9][!-&*-~]{3,})"
)
_CLAUSE = re.compile(rf"(?:{_WORDS})[^。；;\n]*", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"(?<![A-Za-z])(?P<who>admin|administrator|root|user|guest|sa|test)(?P<between>\s?[/:：]\s?)(?=[!-~]*[\d@#$!])[!-~]{4,}",
    re.IGNORECASE,
)
# By their form: keys of services, long words of letters and digits that nobody says.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:Bearer\s+\S{8,}|eyJ[\w-]{8,}(?:\.[\w-]+){1,2}|AKIA[0-9A-Z]{12,}|xox[a-z]-[\w-]{8,}"
    r"|(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?!\d{4}-\d\d-\d\d)[A-Za-z0-9_-]{20,})",
    re.ASCII,
)
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}[ -]?(?:19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?(?:1[3-9]\d[\d*]{8}|1[3-9]\d[ -]\d{4}[ -]\d{4}|0\d{2,3}[ -]?\d{7,8})(?!\d)(?:\s?转\s?\d{2,6})?"
)
_SERIAL = re.compile(
    r"(?<![0-9A-Za-z])(?:SN|S/N|序列号|编号|工号|学号|学籍号|准考证号?|单号|资产号|住院号|病案号|病历号|门诊号|就诊号|护照号?|[军警]官证号?|社保号|会员号)\s*[:：#是]?\s*[^\s\d，。]?[^\s\d，。]?[^\s\d，。]?(?=[A-Za-z-]*\d)[0-9A-Za-z-]{4,}",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-NP-Z]\s?[·•.-]?\s?(?=[A-HJ-NP-Z]{0,5}\d)[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)
_HOME = re.compile(
    r"\d{1,4}\s?(?:号楼|栋|幢|座|#)\s?(?:\d{1,2}\s?单元\s?)\d{1,4}\s?[室号]?|\d{1,4}\s?(?:号楼|栋|幢|座)\s?\d{3,4}\s?[室号]"
)
_CHAT = re.compile(
    r"wxid_\w+|(?P<where>微信号?|wechat|薇信)(?P<between>\s?[:：是]?\s?)(?=[\w-]*[\d_])[A-Za-z][\w-]{5,19}",
    re.IGNORECASE | re.ASCII,
)
_MAC = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_ADDRESS = re.compile(
    r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})(?![\w:])",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d-\d\d?-\d)\d(?:[ -]?\d){5,}[Xx]?(?![\d.]\d)")
_MENTION = re.compile(r"(?<![!-~])[@＠][^\s@＠，。！？,!?:：]{1,20}\s?")


def without_secrets(text: str) -> str:
    """Return a text without passwords, numbers of people and their phones; names and serial numbers of things stay."""
    return _PHONE.sub(HIDDEN, _IDENTITY.sub(HIDDEN, _without_passwords(text)))


def masked(text: str, names: Iterable[str] = ()) -> str:
    """Return a text without passwords, addresses, numbers of people and things, and without names.

    `names` are those of people and customers that are known; others are known by what stands beside them (`persons`).
    """
    text = _EMAIL.sub(HIDDEN, _CREDENTIALS_IN_LINK.sub("", text))
    text = _without_passwords(text)
    for pattern in (_IDENTITY, _PHONE, _SERIAL, _PLATE, _HOME, _MAC, _ADDRESS, _LONG_NUMBER):
        text = pattern.sub(HIDDEN, text)
    text = _CHAT.sub(lambda found: f"{found['where'] or ''}{found['between'] or ''}{HIDDEN}", text)
    return without_names(_MENTION.sub("", text), names, HIDDEN).strip(" ，,；;")


def _without_passwords(text: str) -> str:
    text = _SECRET_IN_LINK.sub(rf"\g<name>={HIDDEN}", _CREDENTIALS_IN_LINK.sub("", text))
    text = _CLAUSE.sub(lambda clause: _BECOMES.sub(rf"\g<word>{HIDDEN}", clause[0]), text)
    text = _AT_ONCE.sub(rf"\g<word>{HIDDEN}", _SECRET.sub(_without_secret, text))
    return _TOKEN.sub(HIDDEN, _ACCOUNT.sub(rf"\g<who>\g<between>{HIDDEN}", text))


def _without_secret(found: re.Match[str]) -> str:
    if not _IS_SECRET.fullmatch(found["secret"]) or not _tells(found["between"], found["secret"]):
        return found[0]
    return f"{found['word']}{found['between']}{HIDDEN}"


def _tells(between: str, secret: str) -> bool:
    """Say whether a word behind 密码 or password is one: `password reset` is not, `密码 admin` is."""
    return _SAYS_IT.search(between) is not None or secret.lower().strip(".!?") not in _USUAL


_USUAL = frozenset(
    [
        "reset",
        "recovery",
        "manager",
        "page",
        "field",
        "form",
        "link",
        "change",
        "changed",
        "expired",
        "expires",
        "wrong",
        "incorrect",
        "error",
        "login",
        "policy",
        "must",
        "should",
        "can",
        "cannot",
        "and",
        "or",
        "for",
        "the",
        "to",
        "does",
        "has",
        "was",
        "will",
        "with",
        "not",
        "when",
        "after",
        "box",
        "too",
        "weak",
        "strong",
        "required",
        "empty",
        "correct",
    ]
)
