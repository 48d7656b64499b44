"""Names of persons in a text: known by what stands beside them, and taken out so that the sentence still says who is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TITLES = "老师|主任|校长|书记|经理|同学|医生|大夫|护士|院长|科长|处长|局长|先生|女士|师傅|工程师|总监|家长|阿姨|组长|店长|主管|保安|教授|律师|警官"
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
_COMPOUND = "欧阳|上官|诸葛|司马|司徒|皇甫|东方|尉迟|令狐"
# What begins like a name and is none.
_WORDS = "谢谢|谢绝|许多|许可|马上|马路|马虎|曾经|何时|何种|何必|余下|余额|江苏|苏州|徐州|郑州|黄色|陈旧|陈列|林业|周[一二三四五六日末期边围]|夏[天季]|史料|顾客|顾问|丁字|范围|唐突|叶片|孟加"
_TITLED = re.compile(
    rf"(?:(?:{_COMPOUND})[\u4e00-\u9fa5]{{0,2}}|(?!{_WORDS})[{_FREQUENT}][\u4e00-\u9fa5]{{1,2}}|[{_SURNAMES}])(?=(?:{_TITLES}))"
)
_ENDS = r"(?=$|[^\u4e00-\u9fa5])"
_DOES = "说|讲|已|换|帮|处理|看|给|去|来|在|负责|上门|修|弄|重|联系|反映|要|拿|找|过来|搞|做|发|那"
_NICKNAMED = re.compile(
    rf"(?<![\u4e00-\u9fa5][最太很])[小老阿](?!{_WORDS})[{_FREQUENT}](?=$|[^\u4e00-\u9fa5]|{_DOES})"
)
_FAMILIAR = re.compile(
    rf"(?!{_WORDS})[{_FREQUENT}](?:[姐哥叔嫂]|工(?![作资程期厂地人具业号单])|总(?![线结数是体共部]))(?=$|[^\u4e00-\u9fa5]|{_DOES})"
)
_INTRODUCED = re.compile(
    rf"(?P<who>学生|患者|病人|病患|业主|住户|租客|租户|员工|家属|孩子|姓名|联系人|经办人|我叫|名叫|叫做?|名字是?)(?P<between>\s*[:：是叫]?\s*)"
    rf"(?!{_WORDS})(?:(?:{_COMPOUND})|[{_FREQUENT}])[\u4e00-\u9fa5]{{1,2}}?"
    rf"(?={_ENDS}|[的家住在和与及]|电话|说|反映|要|已|成绩|账号|帐号|密码|住院|房)"
)
_POSSESSING = re.compile(
    rf"(?<![\u4e00-\u9fa5])(?!{_WORDS})[{_FREQUENT}][\u4e00-\u9fa5]{{1,2}}(?=的(?:账号|帐号|密码|工号|学号|邮箱|手机|电话|成绩|课表|权限|电脑|病历|房|车|卡))"
)
_WITH_TITLE_IN_ENGLISH = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof)(?:\.\s*|\s+)[A-Z][a-z'’-]+(?:\s+[A-Z][a-z'’-]+)?"
)


def without_names(text: str, names: Iterable[str], hidden: str) -> str:
    """Return a text without names of persons.

    `names` are those that are known; a surname before a title goes (王老师 → 老师), a whole name becomes `hidden`.
    """
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        text = _without_name(text, name)
    text = _INTRODUCED.sub(rf"\g<who>\g<between>{hidden}", text)
    text = _POSSESSING.sub(hidden, text)
    text = _WITH_TITLE_IN_ENGLISH.sub(hidden, text)
    return _FAMILIAR.sub(hidden, _NICKNAMED.sub(hidden, _TITLED.sub("", text)))


def _without_name(text: str, name: str) -> str:
    """Take one name out; a title at its end stays, so that the sentence still says who is meant."""
    if len(name) < 2:
        return text
    title = next((each for each in _TITLES.split("|") if name.endswith(each) and name != each), "")
    if name.isascii():
        return re.sub(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", title, text)
    return text.replace(name, title)
