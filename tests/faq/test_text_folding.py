"""Folding: what means the same becomes the same letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import fold, normalized, strip_fillers

# The 214 Kangxi radicals as simplified Chinese writes them, in the order of the block U+2F00.
RADICALS = (
    "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳"
    "心戈户手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立"
    "竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣西见角言谷豆豕豸贝赤走足身车辛辰辵邑酉釆里"
    "金长门阜隶隹雨青非面革韦韭音页风飞食首香马骨高髟斗鬯鬲鬼鱼鸟卤鹿麦麻黄黍黑黹黾鼎鼓鼠鼻齐齿龙龟龠"
)


@pytest.mark.parametrize("number", range(214))
def test_every_kangxi_radical_folds_to_the_simplified_character(number: int) -> None:
    assert fold(chr(0x2F00 + number)) == RADICALS[number]


def test_every_radical_of_the_supplement_becomes_a_character() -> None:
    for code in range(0x2E80, 0x2EF4):
        if code == 0x2E9A or chr(code) in "⺀⺨":  # unassigned; the repetition mark; checked below
            continue
        folded = fold(chr(code))
        assert len(folded) == 1
        assert not 0x2E80 <= ord(folded) < 0x3000, f"{chr(code)} stays a radical"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("⽤⼾", "用户"),
        ("橡木有几种", "橡木有几种"),
        ("红米有货吗", "红米有货吗"),
        ("wifi木有了", "wifi没有了"),
        ("网米有了", "网没有了"),
        ("常⻅问题", "常见问题"),
        ("⻔⼝⻓⻋⻢", "门口长车马"),
        ("⼩⽹⾏⼯", "小网行工"),
        ("教務系統登錄不上，請問怎麼辦", "教务系统登录不上 请问怎么办"),
        ("成績單打印機顯示無法連線", "成绩单打印机显示无法连线"),
        (
            "點名聽不見，讀卡器插不進；螞蟻、膠水、診斷、肚臍乾癢",
            "点名听不见 读卡器插不进 蚂蚁 胶水 诊断 肚脐干痒",
        ),
        ("ＷｉＦｉ　连不上！！", "wifi 连不上"),
        ("VPN…连不上😭😭", "vpn 连不上"),
        ("第２次", "第2次"),
        ("９:00〜21:30", "9 00 21 30"),
        ("24⼩时/ 天,7 天/ 周", "24小时 天 7 天 周"),
        ("投影\u200b没\ufeff信号", "投影没信号"),
        ("Straße CAFÉ", "strasse café"),
        ("", ""),
        ("！？。", ""),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_nothing_but_letters_digits_and_single_spaces_is_left(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(character == " " or unicodedata.category(character)[0] in "LNM" for character in folded)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("你好，请问打印机找不到怎么办？谢谢", "打印机找不到怎么办"),
        ("在吗？投影没信号", "投影没信号"),
        ("各位老师好 麻烦问下 VPN 连不上啊", "vpn 连不上"),
        ("老师，课表不对呀", "课表不对"),
        ("老师端登不上", "老师端登不上"),
        ("额度怎么查", "额度怎么查"),
        ("亲属信息怎么填", "亲属信息怎么填"),
        ("卡里没有余额", "卡里没有余额"),
        ("这个要加急", "这个要加急"),
        ("hello, printer is stuck, thanks!", "printer is stuck"),
        ("hidden files", "hidden files"),
        ("你好", "你好"),
        ("谢谢啊", "谢谢啊"),
        ("", ""),
    ],
)
def test_fillers_at_the_ends_are_left_out(written: str, left: str) -> None:
    assert strip_fillers(fold(written)) == left


@given(st.text(alphabet="你好请问谢在吗啊 打印机hi", max_size=20))
def test_stripping_never_empties_a_text(text: str) -> None:
    folded = fold(text)
    assert bool(strip_fillers(folded)) == bool(folded)


EVERYDAY = st.text(st.sampled_from("，。！？、；：“”‘’（）《》【】…—～·\t\n _-^[]aBz09打印机門戶電用"))


@given(EVERYDAY)
def test_everyday_text_is_folded_the_short_way_to_what_the_long_way_gives(text: str) -> None:
    assert fold(text) == fold(f"\u200b{text}")  # a character without width sends it the long way


@given(EVERYDAY | st.text())
def test_the_short_way_to_the_normal_form_gives_that_form(text: str) -> None:
    assert normalized(text) == unicodedata.normalize("NFKC", text)
