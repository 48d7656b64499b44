"""Thanks, questions, troubles and noise are told apart, in doubt not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import is_helped, is_noise, is_thanks, looks_like_question, looks_like_trouble

THANKS = [
    "谢谢", "谢谢！", "謝謝老師", "好的", "好的，谢谢老师", "好了", "好了，谢谢", "OK", "ok了", "👍", "👍👍", "收到", "收到，谢谢",
    "辛苦了", "没事了", "嗯嗯", "知道了，谢谢您", "[强]", "可以了 谢谢🙏", "解决了！", "已经好了", "thank you so much", "Thanks!", "不用了，谢谢",
]  # fmt: skip
NO_THANKS = [
    "好了吗", "好了没", "好了？", "谢谢，但是还是不行", "好的，那打印机呢", "不好", "可以了吗", "收到一个报错", "OK 键没反应", "行政楼没网",
    "谢谢，另外投影也坏了", "", "1", "😭", "不行", "好像不行", "好难", "嗯？",
]  # fmt: skip
HELPED = [
    "好了",
    "好了，谢谢",
    "可以了",
    "解决了，多谢！",
    "搞定",
    "能登了",
    "连上了，谢谢老师",
    "已经好了",
    "fixed, thanks",
    "it works now",
]
TROUBLES = [
    "教务系统打不开", "教师端登不上", "Wi-Fi 连不上", "投影没信号", "登录报错", "黑板没反应", "打印不出来", "平台全挂了", "电脑蓝屏了", "扫码用不了",
    "提示证书过期", "录播没声音", "成绩导入失败", "系统无法登录", "不能打印", "VPN 掉线", "登不上 502 错误", "The printer is not working",
    "I can't log in", "教務系統打不開",
    "OA好慢", "系统特别慢", "校园网很慢", "打印机没声", "停水了", "忘了密码", "密码忘记了", "账号被锁了", "心电图传不过去", "I forgot my password",
    "my account is locked",
    "全校网都断了", "网断了", "班班通全黑了", "信号没了", "话筒没电了", "投影画面抖", "打印机没墨了", "黑板一直重启", "音响声音小", "上课铃没响", "幕布升不上去", "网络时断时续", "屏幕碎了",
    "wifi密码不对", "页面一直转圈", "门禁刷不开", "录播画面卡", "课件放不出来了", "成绩录不进去", "显示器闪", "插座没电",
    "the microphone is out of battery", "the screen is flickering", "wifi dropped", "my laptop is very slow", "paper jam", "the lights don't turn on", "the page is blank", "whole school offline",
]  # fmt: skip
NO_TROUBLES = [
    "天都黑了", "电脑课停了", "广播操停了", "黑板报没出", "课没了", "空调费不对", "平台通知大家看一下", "系统培训改到周三", "打印机修好了", "网络没问题", "灯关了", "视频很好看", "电话打不通啊",
    "投影好了", "监控室有人吗", "名单我发了", "屏幕很大", "手机没电了",
    "the system is offline tonight for maintenance", "the printer works again", "computer class is gone", "the network is fine", "no paper needed", "no picture please", "the bell rang",
    "你好慢", "时间过得好慢", "慢走", "别忘了改密码", "手机没电了先不聊", "这网课慢慢看",
    "今天下午开会", "没有报错了", "好了，谢谢", "我下午去不了", "受不了了", "这个不错", "大家辛苦了", "差不多了", "吃不下了", "周五交材料", "来不及了", "收到",
]  # fmt: skip
QUESTIONS = [
    "怎么导出课表", "成绩录错了能不能改", "VPN 怎么申请？", "Wi-Fi 密码是多少", "录播在哪里看", "会议室可以预约吗", "请问怎么请假", "为什么没有声音",
    "how do I reset my password", "can I print in colour", "課表怎麼導出",
    "物业费能按季交不", "能封阳台不", "硒鼓哪领", "居住证明哪开", "旧沙发往哪扔", "装修要啥手续", "养狗要办啥证", "水费几个月一交", "停车一小时几块",
    "能借几本", "停水了吗今天",
]  # fmt: skip
NO_QUESTIONS = [
    "没啥",
    "他好几本书都丢了",
    "过几天再说",
    "这几块先放着",
    "我不能不去",
    "我说不能",
    "在吗",
    "在吗？",
    "吃饭了吗",
    "好的",
    "收到",
    "教务系统打不开",
    "明天开会",
    "？？？",
    "真的吗？",
    "好吗",
    "1",
    "for what it is worth",
    "I will do it",
]
NOISE = ["", "！！！", "😂😂", "[流泪]", "[流泪][流泪]", "123", "哈哈哈哈", "233333", "嗯嗯", "...", "hhhh", "lol", "～～"]  # fmt: skip
NO_NOISE = ["打不开", "好的", "ok", "哈尔滨", "1号楼", "[流泪]打不开", "hi there", "wifi"]


@pytest.mark.parametrize("text", THANKS)
def test_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize("text", NO_THANKS)
def test_no_thanks(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize("text", HELPED)
def test_helped(text: str) -> None:
    assert is_helped(text)


@pytest.mark.parametrize("text", ["谢谢", "收到", "OK", "👍", "好的", "没事了", *NO_THANKS])
def test_not_said_to_have_helped(text: str) -> None:
    assert not is_helped(text)


@given(st.text(alphabet="好了的谢可以行解决收到 ok👍？吗不", max_size=8))
def test_whoever_was_helped_says_nothing_else(text: str) -> None:
    assert is_thanks(text) or not is_helped(text)


@pytest.mark.parametrize("text", TROUBLES)
def test_trouble(text: str) -> None:
    assert looks_like_trouble(text)


@pytest.mark.parametrize("text", NO_TROUBLES)
def test_no_trouble(text: str) -> None:
    assert not looks_like_trouble(text)


@pytest.mark.parametrize("text", QUESTIONS)
def test_question(text: str) -> None:
    assert looks_like_question(text)


@pytest.mark.parametrize("text", NO_QUESTIONS)
def test_no_question(text: str) -> None:
    assert not looks_like_question(text)


@pytest.mark.parametrize("text", NOISE)
def test_noise(text: str) -> None:
    assert is_noise(text)


@pytest.mark.parametrize("text", NO_NOISE)
def test_no_noise(text: str) -> None:
    assert not is_noise(text)


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    for tells in (is_thanks, is_helped, is_noise, looks_like_question, looks_like_trouble):
        assert tells(text) in (True, False)
