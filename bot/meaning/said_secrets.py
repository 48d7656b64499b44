"""Secrets that somebody says where others read: passwords and codes of remote control are taken out, and nothing that only sounds like one.

What is hidden here is nowhere kept, so a false alarm loses what an engineer needs; what is missed stands in the archive as it
would without. `learning.masking`, for what becomes knowledge or paper, is the other way round: there it costs nothing to hide too much.
"""

from __future__ import annotations

import re
from typing import Final

from bot.meaning.sentence import Sentence
from bot.tickets.secrecy import HIDDEN

_WORDS = (
    r"(?:密\s?[码碼]|口令|验证[码碼]|動態碼|动态码|[密秘]钥|控制码"
    r"|(?<![A-Za-z])(?:password|passwd|passcode|pwd|psk|verification code|pin码|secret key|api[ _-]?key)(?![A-Za-z]))"
)
# Looked for in every message, so it must be quick: each begins with a letter of its own, without which nothing is tried.
_MAY: Final = re.compile(
    "密|钥|口令|验证|動態|动态|控制码|verification|pass|pwd|psk|pin|secret|key|向日葵|todesk|viewer|desk|://|eyj|akia|bearer|root/|admin/"
)
_LONG_NUMBER: Final = re.compile(r"\d{17}")
_ASKS_FOR_IT = (
    r"(?<!重置)(?<!修改)(?<!更改)(?<!找回)(?<!忘记)(?<!忘了)(?<!改)(?<!reset )(?<!change )(?<!forgot )"
)
_UNIT = r"(?!\s?(?:位|次|个|年|月|日|号|天|分钟?|小时|秒|人|台|间|楼|室|教室|班|块|元|级|版|条|种|遍|点|打印机|复印机|投影|一体机|路由器|交换机|背面|型号|那台|这台|的?(?:密码)?是?(?:多少|什么|啥)))"
# 302教室的, 1001单里的, 2025年起; a number to call, or that calls
_NUMBERED = r"(?!\d+\s?(?:年|月|日|号|点|单|楼|室|教室|班|房|那|这|的[\u4e00-\u9fff]))(?!(?:10086|10010|12306|95\d{3}|1[3-9]\d{9})(?!\d))"
_MIXED = r"(?=[!-~]*\d)(?!https?:)[A-Za-z0-9@#$%&*!_.+-][!-~]{3,63}"  # at least four, one of them a digit
_IS = r"就|都|还|统一|应该|默认|是|为|[:：=→]"  # 就是, 默认是, 统一为
_SAYS = rf"(?:{_IS}|\bis\b)"
_PLAIN = r"(?!https?:)[A-Za-z0-9@#$%&*!_.+-][!-~]{2,63}"
_USER = r"(?!(?:user|teacher|student|stu|tch)[-_]?\d{1,4}\s*(?:登|进|忘|不对|上不|用不|也|都|的))"  # 密码 user1 登不上: whose it is
_ENDS = r"(?=\s*(?:$|[，。；、,;！!\n）)”』」]))"
IS_GIVEN = (
    # 密码是 8x7k, 密码：admin, 验证码 1234, 密码Admin@2026
    Sentence(
        rf"(?P<word>{_WORDS}\s?(?:{_SAYS}\s?){{1,3}}[“\"'「（(]?){_NUMBERED}(?P<secret>{_MIXED}|\d{{3,12}})(?![!-~]|背面|型号|那台|这台)"
    ),
    Sentence(rf"(?P<word>{_WORDS}\s?(?:(?:{_IS})\s?){{1,3}}[“\"'「（(]?)(?P<secret>{_PLAIN}){_ENDS}"),
    Sentence(rf"(?P<word>{_ASKS_FOR_IT}(?<![账帐][号户])(?<!用户名){_WORDS}[\s“\"'「（(]{{0,2}}){_NUMBERED}{_USER}(?P<secret>{_MIXED})(?![!-~]){_UNIT}"),
    # 884213是验证码, 8x7k 就是密码, hunter22 is my password
    Sentence(
        rf"(?P<word>(?<![!-~])){_NUMBERED}(?P<secret>{_MIXED}|\d{{4,8}})(?=\s?(?:就|这)?是\s?(?:我的|[新刚]?收到的|新的?|登录|临时)?{_WORDS}(?:吧|哈|哦|呀)?\s*(?:$|[，。；、,;！!\n）)]))"
    ),
    Sentence(
        rf"(?P<word>(?<![!-~]))(?P<secret>{_MIXED}|\d{{4,8}})(?= is (?:the |my |our |his |her )?(?:new )?(?:password|passcode|verification code|pin)\s*(?:$|[.,;!)]))"
    ),
    # 密码改成了 8x7k, 密码从 abc123 换成 xyz789
    Sentence(
        rf"(?P<word>{_WORDS}[^。；;\n，,]{{0,24}}?(?:改[成为]|[设换][成为]|设置[成为]|重置[成为]|统一[成为]|恢复[成为]|从)了?\s?[“\"'「（(]?){_NUMBERED}(?P<secret>{_MIXED})",
    ),
    Sentence(
        rf"(?P<word>(?<=•)[^。；;\n，,]{{0,8}}?(?:改[成为]|[设换][成为])了?\s?[“\"'「（(]?)(?P<secret>{_MIXED})"
    ),
    # 密码八个8
    Sentence(rf"(?P<word>{_WORDS}\s?(?:(?:{_IS})\s?){{0,3}})(?P<secret>[一二两三四五六七八九十\d]{{1,2}}个[\d零一二三四五六七八九](?![\d个位次年月字号]))"),
    # my pin is 1234, the password for wang is hunter22
    Sentence(r"(?P<word>(?<![a-z])pin\s?(?:is\s|[:：=])\s?)(?P<secret>\d{4,8})(?!\d)"),
    Sentence(rf"(?P<word>(?<![a-z])password (?:for|of) [^\s]{{1,30}}(?: [^\s]{{1,30}})? is )(?P<secret>{_MIXED})"),
    # 账号密码 admin 123456, 用户名 admin 密码 admin
    Sentence(
        rf"(?P<word>[账帐][号户](?:和|与|及|、|/)?密[码碼]\s?(?:{_SAYS}\s?){{0,3}}[!-~]{{2,40}}\s*[,，/、 ]\s*)(?P<secret>{_PLAIN}){_ENDS}",
    ),
    Sentence(
        rf"(?P<word>(?:[账帐][号户]|用户名?|user(?:name)?)\s?(?:{_SAYS}\s?){{0,3}}[!-~]{{2,40}}[\s,，/、]+{_WORDS}\s?)(?P<secret>{_PLAIN}){_ENDS}",
    ),
    # 向日葵 123 456 789 8x7k
    Sentence(
        r"(?P<word>(?:向日葵|todesk|teamviewer|anydesk|rustdesk)[^\d\n]{0,8}\d(?:[ -]?\d){7,10}[\s,，/、]+)(?P<secret>(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d)[a-z0-9]{4,10})(?![a-z0-9])",
    ),
    # root/toor123
    Sentence(
        r"(?P<word>(?<![A-Za-z0-9_/.:-])(?:root|admin|administrator)/)(?P<secret>(?=[!-~]*[a-z])(?=[!-~]*\d)[A-Za-z0-9@#$%&*!_+-]{5,32})(?![!-~])(?=\s*(?:$|[，。；、,;！!\n）)]|登不|进不|登录))"
    ),
    # by their form
    Sentence(r"(?P<word>://)(?P<secret>[^/\s@:]{1,64}:[^/\s@]{1,64})(?=@)"),
    Sentence(
        r"(?P<word>[?&#](?:access_token|token|password|passwd|pwd|secret|api_?key)=)(?P<secret>[^&\s#\u4e00-\u9fff]+)",
    ),
    Sentence(
        r"(?P<word>(?<![A-Za-z0-9]))(?P<secret>Bearer\s+[\w.-]{8,}|eyJ[\w-]{8,}(?:\.[\w-]+){1,2}|AKIA[0-9A-Z]{12,})"
    ),
)  # fmt: skip
CONTROLLED: Final = Sentence(  # by which machine, once its password stands there too
    r"(?P<word>(?:向日葵|todesk|teamviewer|anydesk|rustdesk|识别码|设备代?码|远程码|伙伴 ?ID)[^\d\n•]{0,8})(?P<secret>\d(?:[ -]?\d){7,10})(?!\d)",
)
_IDENTITY: Final = re.compile(
    r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0\d|1[0-2])[0-3]\d\d{3}[\dXx](?![0-9A-Za-z])"
)
_LONE: Final = Sentence(r"(?=[!-~]*\d)(?=[!-~]*[A-Za-z@#$%&*!_+])[!-~]{5,32}|(?!1[3-9]\d{9}$)\d{6,12}")
_ASKED_FOR: Final = Sentence(  # and nothing else is asked
    r"(?!.{0,80}(?:型号|序列号|编号|链接|地址|哪|怎么|名|qq|电话|手机|ip|版本|系统|改好|重置|不对|忘|错|model|serial|which|how|reset|changed|version))"
    r"(?=.{0,80}(?:[发给报说写念输要?？]|多少|什么|啥|(?:[是为：:]|密码|验证码|口令|password|passcode)\s*$))"
    r".{0,80}?(?P<word>密码|验证码|口令|password|passcode).{0,80}"
)
_BEGUN: Final = Sentence(  # what one says on with the next message
    r".{0,80}?(?P<word>密码|验证码|口令|password|passcode)[\s是为：:]*(?:is)?\s*"
)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NO_PASSWORD: Final = re.compile(  # masked already, days, times, versions, rooms
    r"[*.•x_-]+|(?:19|20)\d\d[-/]\d\d?(?:[-/]\d\d?)?|\d\d?[-/]\d\d?|\d{1,2}[:：]\d\d|v?\d+(?:\.\d+)+|\d+(?:s|ms|min|px|bit|[kmg](?:b|hz)?)|\S*[-_](?:2\.4|5)g(?:hz)?|win(?:dows)?\d{1,2}|office\d{2,4}|[a-z]-?\d{3}",
    re.IGNORECASE,
)
_USUAL: Final = frozenset(  # words that stand behind 密码： and are none
    ["reset", "login", "error", "wrong", "correct", "incorrect", "invalid", "expired", "failed", "forgot", "forgotten", "required", "missing", "changed", "unknown",
     "yes", "no", "true", "false", "empty", "windows", "cad", "vpn", "excel", "word", "ppt", "pdf", "wifi", "none", "null", "n/a", "ok", "okay"]
)  # fmt: skip


def without_said_secrets(text: str) -> str:
    """Return a text with `HIDDEN` for every password, code and number of an identity card that it surely tells."""
    said = text
    if _MAY.search(text.lower()):
        for each in IS_GIVEN:
            said = each.replaced(said, _hidden)
        if said != text:
            said = CONTROLLED.replaced(said, _hidden)
    if _LONG_NUMBER.search(text) is None:
        return said
    return _IDENTITY.sub(lambda found: HIDDEN if _is_identity(found[0]) else found[0], said)


def may_be_one(text: str) -> bool:
    """Say whether a whole text is a word that may be a password, and that nobody would say otherwise."""
    return _LONE.fullmatch(text) is not None and _NO_PASSWORD.fullmatch(text) is None


def answer_hidden(text: str, asked: str, *, by_themselves: bool = False) -> str:
    """Return what stands for a message that is nothing but the password that was asked for (`密码 •••••`); else the text itself.

    After words of one's own it is one only where they wait for it: to a report of a password the bot may have asked for a number.
    """
    if not may_be_one(text):
        return text
    found = (_BEGUN if by_themselves else _ASKED_FOR).fullmatch(asked)
    return f"{found['word']} {HIDDEN}" if found is not None else text


def _hidden(found: re.Match[str]) -> str:
    secret = found["secret"].rstrip(".,!?)\"'")
    if _NO_PASSWORD.fullmatch(secret) or secret.lower() in _USUAL:
        return found[0]
    return f"{found['word']}{HIDDEN}{found[0][len(found['word']) + len(secret) :]}"


def _is_identity(number: str) -> bool:
    """Say whether a number is one of an identity card: its last character follows from the others (GB 11643)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[-1].upper()
