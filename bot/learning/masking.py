"""What must not become knowledge: numbers of people and things, secrets and names, taken out of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "***"

# Longest first where one could be read as the beginning of another.
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_CREDENTIALS_IN_LINK = re.compile(r"(?<=://)[^/\s@]{1,128}@")
_SECRET = re.compile(
    r"(?P<word>密码|口令|验证码|密钥|授权码|激活码|控制码|识别码|password|passwd|pwd|passcode|token|secret|api[ _-]?key)"
    r"(?P<between>\s*(?:是|为|[:：=]|is)\s*|\s+)(?P<secret>[^\s，。；,;、]{3,})",
    re.IGNORECASE,
)
_IS_SECRET = re.compile(r"[!-~]{3,}")  # a word in letters and digits; "密码 错误" tells no secret
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}\d{7}[\dXx](?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<!\d)(?:\+?86[ -]?)?(?:1[3-9]\d[\d*]{8}|1[3-9]\d[ -]\d{4}[ -]\d{4}|0\d{2,3}[ -]?\d{7,8})(?!\d)"
)
_SERIAL = re.compile(
    r"(?<![0-9A-Za-z])(?:SN|S/N|序列号|编号|工号|学号|单号|资产号)\s*[:：#]?\s*(?=[A-Za-z-]*\d)[0-9A-Za-z-]{4,}",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d-\d\d?-\d)\d(?:[ -]?\d){5,}(?![\d.]\d)")
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_MENTION = re.compile(r"[@＠][^\s@＠，。！？,!?:：]{1,20}\s?")
_TITLES = "老师|主任|校长|书记|经理|同学|医生|大夫|护士|院长|科长|处长|局长|先生|女士|师傅|工程师|总监|家长|阿姨|组长"
# Surnames that begin no ordinary word before a title; with a second character only the most frequent ones ("项目经理" is nobody).
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严魏陶姜戚谢邹喻柏窦章苏潘葛范彭郎鲁韦马苗凤袁柳鲍史唐廉岑薛雷贺倪汤滕殷"
    "罗毕郝安邬常乐傅皮卞齐康伍余元卜顾孟黄穆萧尹姚邵汪祁毛禹狄贝臧戴谈宋庞熊纪舒屈董梁杜阮蓝闵季贾江颜郭梅林钟徐邱骆高夏蔡田"
    "樊胡凌霍虞万柯卢莫裘缪丁邓洪诸左崔吉龚邢裴陆荣翁荀甄储靳巫焦谷侯秋甘厉祖武符刘景詹龙叶司黎薄蒲鄂索赖卓蔺屠蒙池乔谭申宰"
    "雍桑桂牛冀浦尚温庄晏柴瞿阎艾容古廖耿匡寇聂晁辛阚饶沙鞠关查肖闫方石金程任白"
)
_FREQUENT = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭肖董袁潘蒋蔡余杜叶苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦邹孟熊秦"
    "邱尹薛闫雷侯史陶黎贺顾郝龚邵"
)
_WORDS = "谢谢|许多|马上|曾经|何时|何种|余下|江苏|周[一二三四五六日末]"  # begin like a name
_TITLED = re.compile(
    rf"(?:欧阳|上官|诸葛|司马|司徒|皇甫|(?!{_WORDS})[{_FREQUENT}][\u4e00-\u9fa5]{{1,2}}|[{_SURNAMES}])(?=(?:{_TITLES}))"
)


def without_secrets(text: str) -> str:
    """Return a text without passwords, numbers of people and their phones; names and serial numbers of things stay."""
    text = _CREDENTIALS_IN_LINK.sub("", text)
    text = _SECRET.sub(_without_secret, text)
    return _PHONE.sub(HIDDEN, _IDENTITY.sub(HIDDEN, text))


def masked(text: str, names: Iterable[str] = ()) -> str:
    """Return a text without passwords, addresses, numbers of people and things, and without names.

    `names` are those of people and customers that are known; a surname before a title goes as well (王老师 → 老师).
    """
    text = _CREDENTIALS_IN_LINK.sub("", text)
    text = _EMAIL.sub(HIDDEN, text)
    text = _SECRET.sub(_without_secret, text)
    text = _IDENTITY.sub(HIDDEN, text)
    text = _PHONE.sub(HIDDEN, text)
    text = _SERIAL.sub(HIDDEN, text)
    text = _ADDRESS.sub(HIDDEN, text)
    text = _LONG_NUMBER.sub(HIDDEN, text)
    text = _MENTION.sub("", text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        text = _without_name(text, name)
    return _TITLED.sub("", text).strip(" ，,；;")


def _without_secret(found: re.Match[str]) -> str:
    if not _IS_SECRET.fullmatch(found["secret"]):
        return found[0]
    return f"{found['word']}{found['between']}{HIDDEN}"


def _without_name(text: str, name: str) -> str:
    """Take one name out; a title at its end stays, so that the sentence still says who is meant."""
    if len(name) < 2:
        return text
    title = next((each for each in _TITLES.split("|") if name.endswith(each) and name != each), "")
    if name.isascii():
        return re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", title, text)
    return text.replace(name, title)
