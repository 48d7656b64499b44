"""The configuration that is measured: eight customer groups and one duty room on QQ, and a knowledge base of 500 entries."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.load import DUTIES, DUTY, ENGINEERS, GROUPS

ENTRIES = 500

_THINGS = (
    "打印机", "投影机", "智慧黑板", "录播系统", "门禁", "考勤机", "校园广播", "电子班牌", "无线网络", "有线网络",
    "教师邮箱", "教务系统", "成绩系统", "选课系统", "阅卷系统", "图书系统", "一卡通", "监控录像", "会议系统", "备份服务器",
    "排课软件", "家校平台", "云盘", "机房电脑", "平板电脑",
)  # fmt: skip
_QUESTIONS = (
    "怎么重置密码", "提示证书过期怎么办", "登录不上怎么处理", "打不开怎么处理", "在哪里下载客户端", "怎么导出数据",
    "怎么添加新老师", "连不上怎么排查", "声音很小怎么调", "怎么申请权限", "怎么升级版本", "时间不对怎么改", "怎么恢复误删的文件",
    "无法打印怎么解决", "怎么绑定手机", "提示空间不足怎么办", "怎么修改显示名称", "怎么关闭自动更新", "一直转圈怎么办", "怎么联系厂家",
)  # fmt: skip


def write_entries(path: Path, count: int = ENTRIES) -> None:
    """Write a knowledge base of so many different questions."""
    pairs = itertools.islice(itertools.product(_THINGS, _QUESTIONS), count)
    entries = [
        {
            "id": f"K-{number:03}",
            "question": f"{thing}{question}",
            "aliases": [f"{thing}的{question}", f"请问{thing}{question}呀"],
            "answer": f"请打开“设置-{thing}”，按提示一步一步来，通常三分钟就好。",
        }
        for number, (thing, question) in enumerate(pairs, 1)
    ]
    path.write_text(
        "\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries) + "\n", encoding="utf-8"
    )


def write_config(
    folder: Path,
    *,
    adapter: str = 'name = "qq"\ntype = "onebot"\nper_minute_room = 0\nper_minute = 0',
    has_duty: bool = True,
    has_many: bool = False,
) -> Path:
    """Write the configuration with its knowledge base into a folder and return the file.

    Without `has_duty` no room hears of a new ticket but the one that asked for it. With `has_many` there are many engineers, and
    every customer's group has a duty room of its own.
    """
    write_entries(folder / "kb.jsonl")
    rooms = "".join(
        f'[[customers]]\nid = "school{group}"\nname = "第{group}小学"\npolicy = "edu"\n'
        f'[[rooms]]\nid = "room{group}"\nname = "群{group}"\naddress = "qq:group:{group}"\nkind = "customer"\n'
        f'customer = "school{group}"\n{f"duty = {json.dumps(duty)}" if has_duty else ""}\non_call = "first-line"\n'
        for group, duty in zip(GROUPS, _duty_ids(has_many=has_many), strict=True)
    )
    rooms += "".join(_duty_rooms() if has_many else ())
    file = folder / "config.toml"
    file.write_text(
        f"""
[store]
url = {json.dumps(f"sqlite:{folder / 'store.db'}")}
[web]
listen = "127.0.0.1:0"
[faq]
files = ["kb.jsonl"]
[[adapters]]
{adapter}
{rooms}
[[rooms]]
id = "duty"
name = "值班群"
address = "qq:group:{DUTY}"
kind = "duty"
{"".join(_engineers()) if has_many else ""}
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["qq:10001"]
[[people]]
id = "li"
name = "小李"
role = "engineer"
accounts = ["qq:10002"]
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
accounts = ["qq:10003"]
[calendars.workday]
weekly = {{ mon-fri = ["09:00-17:30"] }}
holidays = "CN"
[rotas.first-line]
members = ["zhang", "li"]
[policies.edu]
name = "教育"
ladder = "standard"
default_level = "2"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
keywords = ["瘫痪", "全校"]
calendar = "always"
clocks = [{{ kind = "respond", within = "5m" }}, {{ kind = "resolve", within = "4h" }}]
[[policies.edu.levels]]
id = "2"
name = "二级·个别服务"
calendar = "workday"
clocks = [{{ kind = "respond", within = "30m" }}, {{ kind = "resolve", within = "8h" }}]
[[ladders.standard]]
at = "50%"
tell = ["owner", "on_call"]
[[ladders.standard]]
at = "80%"
tell = ["owner", "on_call"]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
repeat = "15m"
""",
        encoding="utf-8",
    )
    return file


def _duty_ids(*, has_many: bool) -> list[str]:
    return ["duty", *(f"duty{group}" if has_many else "duty" for group in DUTIES[1:])]


def _duty_rooms() -> Iterator[str]:
    for group in DUTIES[1:]:
        yield f'[[rooms]]\nid = "duty{group}"\nname = "值班群{group}"\naddress = "qq:group:{group}"\nkind = "duty"\n'


def _engineers() -> Iterator[str]:
    """Those beside the three that every example has."""
    for account in range(10_004, 10_001 + ENGINEERS):
        yield f'[[people]]\nid = "e{account}"\nname = "工程师{account}"\nrole = "engineer"\naccounts = ["qq:{account}"]\n'
