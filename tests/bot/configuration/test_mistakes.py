"""Every kind of mistake is told with its key, its line, what was found and what is expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import ConfigurationFaults, load

GOOD = Path(__file__).with_name("good.toml").read_text(encoding="utf-8")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
ENVIRONMENT = {"QQ_TOKEN": "hush-hush"}


@dataclass(frozen=True)
class Case:
    """One thing changed in the good file, and what is said about it; `at` begins the line it is said of."""

    was: str
    becomes: str
    key: str
    found: str
    expected: str
    at: str = ""


TEXT = "应为带引号的文字"
LENGTH = "时长“5”看不懂，应写成 45s、5m、2h、1h30m 或 2d"
NOT_ZERO = "应为大于零的时长"
ZONE = '应为时区，如 "Asia/Shanghai"'
LISTEN = '应为 地址:端口，如 "127.0.0.1:8080"'
TAKEN = "这个 id 前面已经用过，应各不相同"
ID_FORM = "应为不含空格和冒号的短名"
ADDRESS = '应为 适配器:group:群号 或 适配器:private:号码，如 "qq:group:123456"'
NO_STAFF = "没有叫 {} 的工作人员（people 的 id），可以写 zhang"
NO_CALENDAR = "没有叫 {} 的日历，可以写 always、workday"
TURNED = "应晚于 from"

CASES = {
    # Types and keys.
    "unknown section": Case(
        "[survey]", "[surveys]", "surveys", "", "没有 surveys 这个键，您是不是要写 survey？"
    ),
    "unknown key": Case(
        'timezone = "Asia/Shanghai"\nfirst',
        'timezon = "Asia/Shanghai"\nfirst',
        "bot.timezon",
        "",
        "没有 timezon 这个键，您是不是要写 timezone？",
    ),
    "unknown key like no other": Case(
        "[store]\n",
        "[store]\nqqq = 1\n",
        "store.qqq",
        "",
        "没有 qqq 这个键，可以写 backups、pack_after_days、shards、url、volatile、wait_replicas",
        "qqq",
    ),
    "unknown key in an inline table": Case(
        "{ from = 2025",
        "{ form = 2025",
        "customers[0].contract.form",
        "",
        "没有 form 这个键，您是不是要写 from？",
    ),
    "text": Case('name = "小首"', "name = 7", "bot.name", "7", "应为带引号的名字，不能是空的"),
    "empty name": Case('name = "小首"', 'name = ""', "bot.name", '""', "应为带引号的名字，不能是空的"),
    "whole number": Case(
        "first_ticket = 1001",
        "first_ticket = 0",
        "bot.first_ticket",
        "0",
        "应为整数，不小于 1，不大于 999999999",
    ),
    "yes or no": Case(
        "[web]\n",
        '[web]\ntime_travel = "no"\n',
        "web.time_travel",
        '"no"',
        "应为 true 或 false",
        "time_travel",
    ),
    "list": Case(
        'keywords = ["瘫痪"]',
        'keywords = "瘫痪"',
        "policies.edu.levels[0].keywords",
        '"瘫痪"',
        '应为列表，如 ["甲", "乙"]',
    ),
    "item of a list": Case(
        'accounts = ["qq:1", "web:zhang"]', 'accounts = ["qq:1", 2]', "people[1].accounts[1]", "2", TEXT
    ),
    "table": Case(
        "contract = { from = 2025-09-01, until = 2027-08-31 }",
        "contract = 2027",
        "customers[0].contract",
        "2027",
        "应为一节设置，即 [表] 或 { 键 = 值 }",
    ),
    "one of several words": Case(
        'role = "engineer"',
        'role = "enginer"',
        "people[1].role",
        '"enginer"',
        "应为 contact | engineer | leader | manager | director | knowledge | admin",
    ),
    "date": Case(
        "from = 2025-09-01", "from = true", "customers[0].contract.from", "true", "应为日期，如 2025-09-01"
    ),
    "missing": Case(
        'name = "老张"\n', "", "people[1].name", "", "没有写，应为带引号的文字", '[[people]]\nid = "zhang"'
    ),
    # Small sections.
    "zone": Case(
        '"Asia/Shanghai"\nfirst',
        '"Asia/Beijing"\nfirst',
        "bot.timezone",
        '"Asia/Beijing"',
        ZONE,
        'timezone = "Asia/Beijing"',
    ),
    "zone that is a folder": Case(
        '"Asia/Shanghai"\nfirst', '"Asia"\nfirst', "bot.timezone", '"Asia"', ZONE, 'timezone = "Asia"\n'
    ),
    "store": Case(
        'url = "sqlite:data/shouwen.db"',
        'url = "mysql://me:hush-hush@host/db"',
        "store.url",
        '"mysql:***@host/db"',
        '应为 "sqlite:文件" 或 "redis://主机:6379/0"',
    ),
    "listen without a host": Case('"127.0.0.1:8080"', '":8080"', "web.listen", '":8080"', LISTEN),
    "listen without a port": Case('"127.0.0.1:8080"', '"localhost"', "web.listen", '"localhost"', LISTEN),
    "listen on an impossible port": Case(
        '"127.0.0.1:8080"', '"127.0.0.1:65536"', "web.listen", '"127.0.0.1:65536"', LISTEN
    ),
    "no FAQ": Case(
        "files = []", 'files = ["no.md"]', "faq.files[0]", '"no.md"', "没有这个文件（相对于配置文件）"
    ),
    "threshold above 1": Case(
        "answer_at = 0.9", "answer_at = 90", "faq.answer_at", "90", "应为数字，不小于 0，不大于 1"
    ),
    "threshold below 0": Case(
        "suggest_at = 0.4", "suggest_at = -0.1", "faq.suggest_at", "-0.1", "应为数字，不小于 0，不大于 1"
    ),
    "thresholds the wrong way round": Case(
        "suggest_at = 0.4", "suggest_at = 0.9", "faq.suggest_at", "0.9", "应小于 answer_at（0.9）"
    ),
    "threshold that is no number": Case(
        "suggest_at = 0.4", "suggest_at = nan", "faq.suggest_at", "nan", "应为数字，不小于 0，不大于 1"
    ),
    # Adapters.
    "adapter without a name": Case(
        'name = "console"\n',
        "",
        "adapters[2].name",
        "",
        '没有写，应为字母、数字、"-"、"_" 组成的短名，地址里用',
        '[[adapters]]\ntype = "console"',
    ),
    "adapter type": Case(
        'type = "onebot"',
        'type = "onebt"',
        "adapters[1].type",
        '"onebt"',
        "没有 onebt 这种适配器，您是不是要写 onebot？",
    ),
    "two adapters of one name": Case(
        'name = "console"\n',
        'name = "web"\n',
        "adapters[2].name",
        '"web"',
        "这个名字前面已经用过，应各不相同",
        'name = "web"\ntype = "console"',
    ),
    "unknown key of an adapter": Case(
        'mode = "reverse"',
        'acess_token = "hush-hush"',
        "adapters[1].acess_token",
        "",
        "没有 acess_token 这个键，您是不是要写 access_token？",
    ),
    "wrong word for an adapter": Case(
        'mode = "reverse"', 'mode = "revers"', "adapters[1].mode", '"revers"', "应为 reverse | forward | http"
    ),
    "wrong type for an adapter": Case(
        'mode = "reverse"', "self_id = 10001", "adapters[1].self_id", '"***"', TEXT
    ),
    "keys of an adapter that do not go together": Case(
        'mode = "reverse"',
        'mode = "forward"',
        "adapters[1].url",
        "",
        '没有写，mode = "forward" 时必填，以 ws:// 或 wss:// 开头，例如 "ws://127.0.0.1:3001/"',
        '[[adapters]]\nname = "qq"',
    ),
    "secret not in the environment": Case(
        '"env:QQ_TOKEN"', '"env:TOKEN"', "adapters[1].access_token", '"env:TOKEN"', "环境变量 TOKEN 没有设置"
    ),
    "secret without a file": Case(
        '"env:QQ_TOKEN"',
        '"file:token"',
        "adapters[1].access_token",
        '"file:token"',
        "文件 token 读不到或是空的",
    ),
    "secret address of the store": Case(
        '"sqlite:data/shouwen.db"', '"env:STORE"', "store.url", '"env:STORE"', "环境变量 STORE 没有设置"
    ),
    # People, customers, rooms.
    "id taken": Case(
        'id = "wang"', 'id = "zhang"', "people[1].id", '"zhang"', TAKEN, 'id = "zhang"\nname = "老张"'
    ),
    "id with a colon": Case('id = "wang"', 'id = "qq:1"', "people[0].id", '"qq:1"', ID_FORM),
    "id with a space": Case('id = "shiyan"', 'id = "shi yan"', "customers[1].id", '"shi yan"', ID_FORM),
    "id that is a word of ladders": Case(
        'id = "wang"', 'id = "owner"', "people[0].id", '"owner"', "owner 是升级阶梯里的角色，请换一个 id"
    ),
    "name taken": Case(
        'name = "老张"',
        'name = "王老师"',
        "people[1].name",
        '"王老师"',
        "这个名字前面已经用过，应各不相同，如 王老师(二小)",
        'name = "王老师"\nrole = "engineer"',
    ),
    "blank name": Case('name = "老张"', 'name = " "', "people[1].name", '" "', "应为名字，不能是空的"),
    "customer of a contact": Case(
        'customer = "yucai"\n\n[[people]]',
        'customer = "yucay"\n\n[[people]]',
        "people[0].customer",
        '"yucay"',
        "没有叫 yucay 的客户，您是不是要写 yucai？",
    ),
    "account without an adapter": Case(
        '"web:wang"',
        '"wang"',
        "people[0].accounts[0]",
        '"wang"',
        '应为 适配器:帐号，如 "qq:10001"',
        'accounts = ["wang"]',
    ),
    "account on an unknown adapter": Case(
        '"web:wang"',
        '"tg:wang"',
        "people[0].accounts[0]",
        '"tg:wang"',
        "没有叫 tg 的适配器，可以写 console、qq、web",
    ),
    "account of two people": Case(
        '"web:zhang"',
        '"web:wang"',
        "people[1].accounts[1]",
        '"web:wang"',
        "这个帐号已经是 王老师 的，一个帐号只属于一个人",
        'accounts = ["qq:1", "web:wang"]',
    ),
    "policy": Case(
        'policy = "edu"\ncontract',
        'policy = "edv"\ncontract',
        "customers[0].policy",
        '"edv"',
        "没有叫 edv 的服务政策，您是不是要写 edu？",
    ),
    "preset": Case(
        'policy = "edu"\ncontract',
        'policy = "preset:edu"\ncontract',
        "customers[0].policy",
        '"preset:edu"',
        "没有叫 edu 的预设政策，您是不是要写 edu-4？",
    ),
    "contract": Case(
        "until = 2027", "until = 2024", "customers[0].contract.until", "2024-08-31", "应不早于 from"
    ),
    "customer of a room": Case(
        'customer = "yucai"\nduty',
        'customer = "school"\nduty',
        "rooms[0].customer",
        '"school"',
        "没有叫 school 的客户，可以写 shiyan、yucai",
    ),
    "room without a customer": Case(
        'customer = "yucai"\nduty',
        "duty",
        "rooms[0].customer",
        "",
        "没有写，客户群应写明是哪个客户（customers 的 id）",
        '[[rooms]]\nid = "yucai"',
    ),
    "duty room": Case(
        'duty = "duty"',
        'duty = "dutty"',
        "rooms[0].duty",
        '"dutty"',
        '没有叫 dutty 的值班群（kind = "duty" 的群的 id），您是不是要写 duty？',
    ),
    "duty room of the wrong kind": Case(
        'duty = "duty"',
        'duty = "yucai"',
        "rooms[0].duty",
        '"yucai"',
        '没有叫 yucai 的值班群（kind = "duty" 的群的 id），可以写 duty',
    ),
    "rota": Case(
        'on_call = "first"', 'on_call = "x"', "rooms[0].on_call", '"x"', "没有叫 x 的值班表，可以写 first"
    ),
    "kind of room": Case('kind = "duty"', 'kind = "dut"', "rooms[1].kind", '"dut"', "应为 customer | duty"),
    "no address": Case(
        'address = "qq:group:2"\n', "", "rooms[1].address", "", f"没有写，{ADDRESS}", '[[rooms]]\nid = "duty"'
    ),
    "form of an address": Case('"qq:group:2"', '"qq:grp:2"', "rooms[1].address", '"qq:grp:2"', ADDRESS),
    "address without a number": Case(
        '"qq:group:2"', '"qq:group:"', "rooms[1].address", '"qq:group:"', ADDRESS
    ),
    "address on an unknown adapter": Case(
        '"qq:group:2"',
        '"qqq:group:2"',
        "rooms[1].address",
        '"qqq:group:2"',
        "没有叫 qqq 的适配器，您是不是要写 qq？",
    ),
    "address of two rooms": Case(
        '"qq:group:2"',
        '"qq:group:1"',
        "rooms[1].address",
        '"qq:group:1"',
        "这个地址已经是 育才群 的",
        'address = "qq:group:1"\nkind = "duty"',
    ),
    "name of two rooms": Case(
        'name = "值班群"',
        'name = "育才群"',
        "rooms[1].name",
        '"育才群"',
        "这个名字前面已经用过，应各不相同，如 王老师(二小)",
        'name = "育才群"\naddress = "qq:group:2"',
    ),
    # Calendars.
    "built-in calendar": Case(
        "[survey]",
        "[calendars.always]\n[survey]",
        "calendars.always",
        "{}",
        "always 是内置的（全年无休），请换一个名字",
    ),
    "hours": Case(
        '"09:00-17:30"',
        '"9-5"',
        "calendars.workday.weekly.mon-fri[0]",
        '"9-5"',
        "时段“9-5”看不懂，应写成 09:00-17:30",
    ),
    "hours that overlap": Case(
        '["09:00-17:30"]',
        '["13:00-17:30", "09:00-14:00"]',
        "calendars.workday.weekly.mon-fri[0]",
        '"13:00-17:30"',
        "和同一天的另一个时段重叠",
    ),
    "hours of a special day that overlap": Case(
        '["09:00-12:00"]',
        '["09:00-12:00", "11:00-13:00"]',
        "calendars.workday.special.2026-02-13[1]",
        '"11:00-13:00"',
        "和同一天的另一个时段重叠",
    ),
    "hours that end as they begin": Case(
        '"09:00-17:30"',
        '"09:00-09:00"',
        "calendars.workday.weekly.mon-fri[0]",
        '"09:00-09:00"',
        "时段“09:00-09:00”的起止相同，全天应写成 00:00-24:00",
    ),
    "days": Case(
        "mon-fri",
        "workdays",
        "calendars.workday.weekly.workdays",
        '"workdays"',
        "星期“workdays”看不懂，应写成 mon、mon-fri、sat,sun 或 daily（mon tue wed thu fri sat sun）",
        "weekly = { workdays",
    ),
    "day named twice": Case(
        '{ mon-fri = ["09:00-17:30"] }',
        '{ mon = ["09:00-10:00"], " mon" = ["10:00-11:00"] }',
        "calendars.workday.weekly",
        "{…}",
        "mon 写了两次：“mon”和“ mon”，每天只应写一次",
    ),
    "no working time": Case(
        'mon-fri = ["09:00-17:30"]',
        "mon-fri = []",
        "calendars.workday.weekly",
        "{…}",
        '日历“workday”每周没有任何工作时间，至少应有一段，如 mon-fri = ["09:00-17:30"]',
    ),
    "holidays": Case(
        '"CN"', '"US"', "calendars.workday.holidays", '"US"', "没有这个国家的节假日数据，可以写 CN"
    ),
    "special day": Case(
        '"2026-02-13"',
        '"2026-02-30"',
        "calendars.workday.special.2026-02-30",
        '"2026-02-30"',
        '应为日期，如 "2026-02-13"',
    ),
    "hours of a special day": Case(
        '"09:00-12:00"',
        '"morning"',
        "calendars.workday.special.2026-02-13[0]",
        '"morning"',
        "时段“morning”看不懂，应写成 09:00-17:30",
    ),
    "zone of a calendar": Case(
        'timezone = "Asia/Shanghai"\n\n',
        'timezone = "CET2"\n\n',
        "calendars.workday.timezone",
        '"CET2"',
        ZONE,
    ),
    # Rotas.
    "member": Case(
        'members = ["zhang"]\n',
        'members = ["zang"]\n',
        "rotas.first.members[0]",
        '"zang"',
        "没有叫 zang 的工作人员（people 的 id），您是不是要写 zhang？",
    ),
    "member who is a customer": Case(
        'members = ["zhang"]\n',
        'members = ["wang"]\n',
        "rotas.first.members[0]",
        '"wang"',
        "没有叫 wang 的工作人员（people 的 id），您是不是要写 zhang？",
    ),
    "nobody": Case('members = ["zhang"]\n', "members = []\n", "rotas.first.members", "[]", "应至少写一个"),
    "backup": Case(
        'backup = ["zhang"]', 'backup = ["x"]', "rotas.first.backup[0]", '"x"', NO_STAFF.format("x")
    ),
    "shift": Case('shift = "7d"', 'shift = "5"', "rotas.first.shift", '"5"', LENGTH),
    "shift that is too short": Case(
        'shift = "7d"', 'shift = "59s"', "rotas.first.shift", '"59s"', '应至少 1 分钟，如 "7d"'
    ),
    "start of a rota": Case(
        'starts = "2026-01-05 08:00"',
        'starts = "Monday"',
        "rotas.first.starts",
        '"Monday"',
        '应为时刻，如 "2026-01-05 08:00"',
    ),
    "start of a rota long ago": Case(
        'starts = "2026-01-05 08:00"',
        'starts = "0001-01-01"',
        "rotas.first.starts",
        "0001-01-01T00:00:00",
        "应为 1971 到 8999 年之间的时刻",
    ),
    "override that ends before it begins": Case(
        "until = 2026-02-18",
        "until = 2026-02-16",
        "rotas.first.overrides[0].until",
        "2026-02-16T00:00:00",
        TURNED,
    ),
    "member of an override": Case(
        'members = ["zhang"] }',
        'members = ["x"] }',
        "rotas.first.overrides[0].members[0]",
        '"x"',
        NO_STAFF.format("x"),
    ),
    "shift that nobody works": Case(
        'accounts = ["qq:1", "web:zhang"]',
        'accounts = ["qq:1", "web:zhang"]\nleave = [{ from = 2026-04-01, until = 2026-04-02 }]',
        "rotas.first.backup",
        '["zhang"]',
        "2026-04-01 00:00 到 2026-04-03 00:00 轮到的人请假，没有人值班；写上后备，或在 overrides 里写明换谁（确实没有人就写 members = []）",
        "backup",
    ),
    "a photo that is no link": Case(
        'accounts = ["qq:1", "web:zhang"]',
        'accounts = ["qq:1", "web:zhang"]\nphoto = "0231.jpg"',
        "people[1].photo",
        '"0231.jpg"',
        '应为网址，如 "https://hc-ping.com/…"',
        "photo",
    ),
    "leave that ends before it begins": Case(
        'accounts = ["qq:1", "web:zhang"]',
        'accounts = ["qq:1", "web:zhang"]\nleave = [{ from = 2026-04-02, until = 2026-04-01 }]',
        "people[1].leave[0].until",
        "2026-04-01",
        "应不早于 from",
        "leave",
    ),
    "leave at the end of all days": Case(
        'accounts = ["qq:1", "web:zhang"]',
        'accounts = ["qq:1", "web:zhang"]\nleave = [{ from = 2026-04-02, until = 9999-12-31 }]',
        "people[1].leave[0].until",
        "9999-12-31T00:00:00",
        "应为 1971 到 8999 年之间的时刻",
        "leave",
    ),
    "zone of a rota": Case(
        'shift = "7d"',
        'shift = "7d"\ntimezone = "Asia/Peking"',
        "rotas.first.timezone",
        '"Asia/Peking"',
        ZONE,
        'timezone = "Asia/Peking',
    ),
    # Policies and ladders.
    "no first response": Case(
        '    { kind = "respond", within = "5m" },\n',
        "",
        "policies.edu.levels[0].clocks",
        '["resolve"]',
        '没有首次响应（kind = "respond"）；确实不承诺就在这一级写 first_response = "none"',
        "clocks = [",
    ),
    "clocks that wait for each other": Case(
        'ladder = "standard" },',
        'ladder = "standard", after = "missed:loan" },\n    { kind = "loan", within = "2h", after = "missed:resolve" },',
        "policies.edu.levels[0].clocks",
        "",
        "时限互相等待，没有尽头：resolve → loan → resolve",
        "clocks = [",
    ),
    "clock that waits for itself": Case(
        'ladder = "standard" },',
        'ladder = "standard", after = "missed:resolve" },',
        "policies.edu.levels[0].clocks",
        "",
        "时限互相等待，没有尽头：resolve → resolve",
        "clocks = [",
    ),
    "clock that waits for one that is not there": Case(
        'ladder = "standard" },',
        'ladder = "standard", after = "missed:loan" },',
        "policies.edu.levels[0].clocks",
        "",
        "没有所等的时限：resolve → loan",
        "clocks = [",
    ),
    "ladder of a policy": Case(
        'ladder = "standard"\nfirst',
        'ladder = "std"\nfirst',
        "policies.edu.ladder",
        '"std"',
        "没有叫 std 的升级阶梯，可以写 standard",
    ),
    "what counts as first response": Case(
        '"message"', '"msg"', "policies.edu.first_response", '"msg"', "应为 message | claim"
    ),
    "default level": Case(
        'default_level = "1"',
        'default_level = "9"',
        "policies.edu.default_level",
        '"9"',
        "没有叫 9 的级别，可以写 1、2",
    ),
    "level id taken": Case(
        'id = "2"', 'id = "1"', "policies.edu.levels[1].id", '"1"', TAKEN, 'id = "1"\nname = "二级"'
    ),
    "calendar of a level": Case(
        'calendar = "always"',
        'calendar = "x"',
        "policies.edu.levels[0].calendar",
        '"x"',
        NO_CALENDAR.format("x"),
    ),
    "kind of clock": Case(
        '"respond"',
        '"respnd"',
        "policies.edu.levels[0].clocks[0].kind",
        '"respnd"',
        "应为 respond | answer | promise | dispatch | arrive | diagnose | workaround | loan | resolve | update | report"
        " | repair | replace | callback",
    ),
    "two clocks of a kind": Case(
        '"resolve"',
        '"respond"',
        "policies.edu.levels[0].clocks[1].kind",
        '"respond"',
        "每个级别的每种时限只写一次，要写几个时各写一个 id",
        '    { kind = "respond", within = "4h"',
    ),
    "time of a clock": Case(
        'within = "5m"', 'within = "5"', "policies.edu.levels[0].clocks[0].within", '"5"', LENGTH
    ),
    "no time at all": Case(
        'within = "5m"', 'within = "0m"', "policies.edu.levels[0].clocks[0].within", '"0m"', NOT_ZERO
    ),
    "time of a clock missing": Case(
        ', within = "5m"',
        "",
        "policies.edu.levels[0].clocks[0].within",
        "",
        "within、working_days、calendar_days、on_working_day 应写一个，也只写一个",
        '    { kind = "respond" }',
    ),
    "start of a clock": Case(
        'from = "report"',
        'from = "reprt"',
        "policies.edu.levels[0].clocks[1].from",
        '"reprt"',
        "没有这样的事件，您是不是要写 reported？",
    ),
    "calendar of a clock": Case(
        'calendar = "workday", ladder',
        'calendar = "x", ladder',
        "policies.edu.levels[0].clocks[1].calendar",
        '"x"',
        NO_CALENDAR.format("x"),
    ),
    "ladder of a clock": Case(
        'ladder = "standard" },',
        'ladder = "x" },',
        "policies.edu.levels[0].clocks[1].ladder",
        '"x"',
        "没有叫 x 的升级阶梯，可以写 standard",
    ),
    "rung": Case(
        'at = "50%"',
        'at = "50"',
        "ladders.standard[0].at",
        '"50"',
        "时点“50”看不懂，应写成 50%、-15m（到期前）或 +30m（到期后），按钟表时间走的写 +30m wall",
    ),
    "whom to tell": Case(
        '"owner", ',
        '"ownr", ',
        "ladders.standard[0].tell[0]",
        '"ownr"',
        "没有叫 ownr 的通知对象，您是不是要写 owner？",
    ),
    "a customer to tell": Case(
        '"owner", "zhang"',
        '"wang"',
        "ladders.standard[0].tell[0]",
        '"wang"',
        "没有叫 wang 的通知对象，您是不是要写 zhang？",
        'tell = ["wang"]',
    ),
    "nobody to tell": Case(
        '["owner", "zhang"]', "[]", "ladders.standard[0].tell", "[]", "应至少写一个", "tell = []"
    ),
    "repetition": Case('repeat = "15m"', 'repeat = "0s"', "ladders.standard[0].repeat", '"0s"', NOT_ZERO),
    "ladder without rungs": Case(
        "[survey]", "[ladders]\nempty = []\n[survey]", "ladders.empty", "[]", "应至少有一级阶梯", "empty"
    ),
    # Defaults of tickets and surveys.
    "calendar of tickets": Case(
        'check_calendar = "workday"',
        'check_calendar = "x"',
        "tickets.check_calendar",
        '"x"',
        NO_CALENDAR.format("x"),
    ),
    "waking hours": Case(
        'waking = "08:00-22:00"',
        'waking = "day"',
        "survey.waking",
        '"day"',
        "时段“day”看不懂，应写成 09:00-17:30",
    ),
    "low score": Case("low_at = 2", "low_at = 6", "survey.low_at", "6", "应为整数，不小于 0，不大于 5"),
    "calendar of callbacks": Case(
        'callback_calendar = "workday"',
        'callback_calendar = "x"',
        "survey.callback_calendar",
        '"x"',
        NO_CALENDAR.format("x"),
    ),
    "ladder of callbacks": Case(
        'callback_ladder = "standard"',
        'callback_ladder = "x"',
        "survey.callback_ladder",
        '"x"',
        "没有叫 x 的升级阶梯，可以写 standard",
    ),
} | {
    f"length of {key}": Case(f'{key} = "{was}"', f'{key} = "5"', f"{section}.{key}", '"5"', LENGTH)
    for section, key, was in (
        ("tickets", "reopen_within", "7d"),
        ("tickets", "undo_within", "5m"),
        ("tickets", "handover_within", "15m"),
        ("tickets", "check_again_after", "4h"),
        ("tickets", "close_after", "24h"),
        ("tickets", "grace", "10m"),
        ("survey", "remind_after", "24h"),
        ("survey", "expire_after", "24h"),
        ("survey", "callback_within", "8h"),
    )
}


def faults_of(text: str, folder: Path) -> ConfigurationFaults:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationFaults) as caught:
        load(path, ENVIRONMENT)
    return caught.value


def test_the_file_that_the_cases_change_is_good(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [room.name for room in load(path, ENVIRONMENT).rooms] == ["育才群", "值班群"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_each_mistake_is_told_with_key_line_and_expectation(case: Case, tmp_path: Path) -> None:
    assert case.was in GOOD, "the case no longer fits the file"
    text = GOOD.replace(case.was, case.becomes, 1)
    line = text[: text.index(case.at or case.becomes)].count("\n") + 1
    [mistake] = faults_of(text, tmp_path).mistakes
    assert (mistake.key, mistake.found, mistake.expected, mistake.line) == (
        case.key,
        case.found,
        case.expected,
        line,
    )
    assert mistake.expected_en
    # Nothing Chinese is left in it but what the file itself writes.
    foreign = re.sub(
        "|".join(re.escape(word) for word in _CHINESE.findall(text)) or "$^", "", mistake.expected_en
    )
    assert not _CHINESE.search(foreign), mistake.expected_en
