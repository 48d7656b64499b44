"""What customers say in a group: passwords and codes are hidden, and nothing that only speaks of them."""

from __future__ import annotations

import pytest

from bot.meaning.said_secrets import answer_hidden, without_said_secrets
from bot.tickets.secrecy import HIDDEN


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("1，向日葵 123 456 789 密码 8x7k", "8x7k"), ("向日葵 123 456 789 密码 8x7k", "123 456 789"),
        ("向日葵识别码 123456789 验证码 a1b2c3", "123456789"), ("todesk 987654321 ab12cd", "ab12cd"),
        ("密码是Abc12345", "Abc12345"), ("密码：admin", "admin"), ("密码是 admin。", "admin"), ("WiFi密码12345678", "12345678"),
        ("密码 Admin@2026", "Admin@2026"), ("登录密码默认是123456", "123456"), ("口令（Ab12cd）", "Ab12cd"),
        ("密码改成了xyz789", "xyz789"), ("密码从abc123换成xyz789", "abc123"), ("密码从abc123换成xyz789", "xyz789"),
        ("账号密码 admin 123456", "123456"), ("账号 admin 密码 admin", "密码 admin"), ("用户名 wang，密码 wangls88", "wangls88"),
        ("验证码是 4821", "4821"), ("验证码 482113 输进去没反应", "482113"), ("password: hunter2", "hunter2"),
        ("my password is Hunter2!", "Hunter2"), ("pwd=abc#99x", "abc#99x"), ("http://root:pa55@10.0.0.1/x", "pa55"),
        ("http://x.cn/a?token=abcdef&b=1", "abcdef"), ("密码就是 school2024，还是登不上", "school2024"),
        ("身份证 11010519491231002X", "11010519491231002X"), ("管理员密码 qwe123，麻烦远程看一下", "qwe123"),
        ("wifi密码八个8", "八个8"), ("密码就是六个8", "六个8"), ("verification code 884213", "884213"), ("my PIN is 1234", "1234"),
        ("the password for wang is hunter22", "hunter22"), ("账户 wang 密码 abcdef", "abcdef"), ("密码Admin@2026怎么登不上", "Admin@2026"),
        ("884213是验证码", "884213"), ("验证码来了，884213是验证码", "884213"), ("8x7k 就是密码，快点", "8x7k"), ("hunter22 is my password", "hunter22"), ("884213 is the verification code", "884213"), ("root/toor123", "toor123"), ("服务器 root/toor123 登不上", "toor123"), ("我的账号root/toor123", "toor123"), ("482113是刚收到的验证码", "482113"), ("密码 abc123 登不上", "abc123"),
    ],
)  # fmt: skip
def test_a_secret_is_hidden(text: str, secret: str) -> None:
    said = without_said_secrets(text)
    assert HIDDEN in said
    assert secret not in said


@pytest.mark.parametrize(
    "text",
    [
        "密码忘了", "密码不对", "怎么改密码", "重置密码", "验证码收不到", "密码错误怎么办", "密码是多少", "wifi密码是什么", "密码输了3次被锁了",
        "密码要8-16位", "密码 12 位以上才行", "忘记密码 1001", "重置密码 1001", "密码锁坏了", "密码 error 403", "密码框是灰的", "密码是对的",
        "密码是excel文件的", "密码 2024年改过一次", "密码是2026年3月改的", "请把密码发给我", "密码：", "密码 ******", "验证码一直是 502 错误",
        "password reset does not work", "my password doesn't work", "the password is wrong", "password is not accepted",
        "how do I change my password", "token expired", "the wifi key is missing", "投影仪型号 EB-C2060XN", "序列号 SN8812-2231",
        "向日葵 123 456 789", "会议号 123 456 789", "教室 1001 的打印机", "提取码 ab12", "is there delivery to pin code 702164", "http://10.0.0.1:8080/login?ticket=1",
        "身份证号 110105194912310021", "手机号 13812345678", "Win11 升级后密码键盘 K120 用不了", "pin 3 of the connector is bent",
        "验证码 120s 还没到", "密码 win10 登录界面不显示", "改密码 12345 教室的", "密码 12345 教室", "K-046 密码 K-046", "password is temporary",
        "密码邮件 14:30 发的", "密码 2026-03-05 过期", "学校统一身份认证密码规则是什么",
        "密码是302教室的", "密码是302的电脑", "密码是1001单里的那个", "密码从2025年起就没改过", "密码改成了1001单里说的", "密码是11-28改的", "密码是5GHz的",
        "验证码 10086发的吗", "验证码 13800138000 收不到", "验证码是13800138000收的", "密码 HP1020 打印机的", "密码是TL-WR886N背面那个",
        "账号密码 wang3 登不上", "账号密码 teacher01 和 teacher02 都登不上", "账号 wang3 密码 incorrect", "密码：invalid", "密码: expired", "密码是CAD",
        "wifi密码 CMCC-5G 的", "wifi密码 office_5G", "wifi密码 Teacher_5G 是多少", "wifi密码 Teacher302 是多少", "密码要8个1年级的老师改", "密码8个字", "PIN: 3 of 5", "API key: missing", "please reset password wang3", "forgot password wang3",
        "密码 user1 登不上", "密码 teacher12 忘了", "密码 stu_03 也不对", "1001是密码锁的单", "884213是验证码吗", "1001是验证码收不到那个",
        "10086是验证码短信的号码", "302是密码门", "2026是密码里要带的年份吗", "打不开 /admin/login2", "admin/index2 报错 404", "后台 /root/backup2 没权限",
        "路径是 home/root/data2026", "x.cn/admin/user12 打不开", "admin/login 页面打不开", "root 用户没有权限", "admin 登录不上", "admin 账号被锁",
        "密码改完还是进不去", "我改了密码之后钉钉登不上", "验证码图片不显示", "验证码看不清", "短信验证码一直收不到，手机号没错", "老师们密码统一在信息中心领",
        "密码规则要大小写加数字", "新来的老师没有密码", "三年级2班的密码锁没电了", "门禁密码键盘第3排按不动", "投屏码 4821 输了没反应", "会议号 884 213 001 进不去",
        "班级码 884213", "设备码是 884213001", "订单号 884213", "快递取件码 6-2-8842", "我的工号是 20231015", "电话 88421302 打不通",
        "分机 8842", "IP 是 192.168.1.20", "教室 3号楼402", "电脑名 PC-A302 连不上域", "机房 B301 第12台蓝屏", "序列号 5CD1234ABC",
        "型号 EB-C2060XN 灯泡寿命到了", "固件 v3.2.1 升级失败", "win11 24H2 更新后打印机没了", "office2021 提示未激活", "激活码在哪里领", "产品密钥过期了",
        "密钥不对，激活不了", "token 失效要重新登录", "pin 码忘了怎么办", "pin 脚弯了", "key 键按不动", "向日葵连不上",
        "向日葵装不了，提示权限不足", "todesk 打不开", "teamviewer 显示试用到期", "anydesk 是什么", "the password page is blank", "password box is grey on PC12",
        "which password is it", "room 302 is the password room", "is 1234 enough for a pin code", "my pin code does not arrive", "the admin page shows 500", "admin/teacher12 page is blank",
        "ticket 1001 is the password issue", "学籍系统 admin 权限给我开一下", "root 目录满了", "密码8位以上才行吧", "wifi 密码在哪看", "密码要不要每学期换",
        "请问密码多久过期", "这学期密码第2次被锁", "密码 3 次输错锁 10 分钟",
    ],
)  # fmt: skip
def test_what_only_speaks_of_secrets_stays(text: str) -> None:
    assert without_said_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("8x7k2", "王老师，向日葵密码发我一下"),
        ("abc@12345", "密码是什么"),
        ("482113", "收到的验证码报一下"),
        ("Hunter22", "what is your password?"),
    ],
)
def test_a_message_that_is_nothing_but_what_was_asked_for_is_hidden(text: str, asked: str) -> None:
    assert HIDDEN in answer_hidden(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("8x7k2", "向日葵码发我一下"), ("EB-C2060XN", "型号和密码发一下"), ("SN8812-22", "密码和序列号发一下"), ("13812345678", "密码改好了，电话多少"),
        ("1001", "密码改好了，哪个教室"), ("1", "密码改好了吗"), ("B301", "密码改好了，哪个教室"), ("win10", "密码改好了，什么系统"),
        ("A302B", "密码改好了，电脑名是什么"), ("M428fdw", "打印机密码改好了，哪一台"), ("12345678", "密码私聊发我，QQ号多少"), ("PC-A302", "密码我重置了，哪台电脑？"),
        ("好的", "密码发我"), ("10.0.0.12", "密码改好了，IP多少"),
    ],
)  # fmt: skip
def test_what_answers_something_else_stays(text: str, asked: str) -> None:
    assert answer_hidden(text, asked) == text


@pytest.mark.parametrize(
    ("text", "own", "is_hidden"),
    [("8x7k2", "密码：", True), ("482113", "我的密码是", True), ("8x7k2", "向日葵密码", True), ("62345678", "报障 大屏密码是多少", False)],
)  # fmt: skip
def test_after_words_of_ones_own_it_is_hidden_where_they_wait_for_it(
    text: str, own: str, is_hidden: bool
) -> None:
    assert (HIDDEN in answer_hidden(text, own, by_themselves=True)) is is_hidden


@pytest.mark.parametrize(
    "text",
    [
        "動態碼是 881234", "动态码 881234", "控制码：ab12cd", "psk: abc12345", "secret key: s3cr3tkey", "api key: a1b2c3d4", "秘钥：abcd1234",
        "teamviewer 123 456 789 ab12cd", "anydesk 123 456 789 ab12cd", "rustdesk 123456789 ab12cd", "todesk 123456789 ab12cd",
        "向日葵 123456789 ab12cd", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "AKIAIOSFODNN7EXAMPLE", "Bearer abcdef123456", "passcode 4821aa",
        "pin码是 4821", "口令是 ab12cd", "ftp://u:p4ss@h/x", "verification code is 884213", "pwd abc1234",
    ],
)  # fmt: skip
def test_each_word_is_enough_by_itself_for_a_closer_look(text: str) -> None:
    assert HIDDEN in without_said_secrets(text)
