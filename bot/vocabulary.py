"""The words people can type: what they mean, who may use them, and how they are explained."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from bot.tickets.errors import N_
from bot.tickets.rules import Role


class Word(StrEnum):
    """What a command means."""

    REPORT = "report"
    URGENT = "urgent"
    COMPLAIN = "complain"
    WISH = "wish"
    TRAINING = "training"
    PROGRESS = "progress"
    MINE = "mine"
    SUPPLEMENT = "supplement"
    WITHDRAW = "withdraw"
    URGE = "urge"
    RATE = "rate"
    HUMAN = "human"
    HELP = "help"
    PROMISES = "sla"
    KEEP_LEVEL = "keep"
    REOPEN = "reopen"
    CLAIM = "claim"
    ASSIST = "assist"
    HAND_OVER = "handover"
    ACCEPT = "accept"
    DECLINE = "decline"
    NOTE = "note"
    ARRIVE = "arrive"
    UPDATE = "update"
    RESOLVE = "resolve"
    UNDO = "undo"
    CHANGE_LEVEL = "level"
    QUEUE = "queue"
    EXPLAIN = "due"
    SERVICE_RECORD = "record"
    ON_DUTY = "duty"
    WORKLOAD = "workload"
    TAKE_OVER = "takeover"
    ACKNOWLEDGE = "ack"
    PAUSE = "pause"
    RESUME = "resume"
    AGREE = "agree"
    PROMISE_ANSWER = "answerby"
    ANSWER = "answer"
    OCCUR = "occurred"
    LEND = "loan"
    DIAGNOSE = "diagnose"
    WORK_AROUND = "workaround"
    RECEIVE = "received"
    ORDER = "ordered"
    GIVE_BACK = "returned"
    REPLACE = "replaced"
    DISPATCH = "dispatch"
    MAJOR = "major"
    RECOVER = "recovered"
    APPOINT = "appoint"
    INSPECT = "inspect"
    UPGRADE = "upgrade"
    UPGRADED = "upgraded"
    ROLL_BACK = "rollback"
    OTHER_TIME = "reschedule"
    ASSET = "asset"
    DEPART = "depart"
    REMOTE = "remote"
    LEAVE_SITE = "leave"
    NOBODY_CAME = "nobodycame"
    DAY_REPORT = "dayreport"
    EXCUSE = "excuse"
    TICK = "tick"
    CONSULT = "consult"
    SEEK_HELP = "expert"
    CONCLUDE = "conclude"
    QUOTE = "quote"
    TURN_DOWN = "turndown"
    OUTSIDE = "outside"
    ATTAINED = "attained"
    REASSIGN = "reassign"
    CALLBACK = "callback"
    TEACH = "teach"
    AMEND = "amend"
    DROP = "drop"
    APPROVE = "approve"
    REJECT = "reject"
    WRONG = "wrong"
    GENERAL = "general"
    ENABLE = "enable"
    VALID = "valid"
    REVIEWED = "reviewed"
    LOOK_UP = "lookup"
    GAPS = "gaps"
    DRAFTS = "drafts"
    BIND = "bind"
    POLICY = "policy"
    ENGINEERS = "engineers"
    WHERE = "where"
    IMPORT = "import"
    COLUMNS = "columns"
    ACCOUNT = "account"
    REGISTER = "register"
    SILENCE = "silence"
    BACK_UP = "backup"
    RELOAD = "reload"
    MERGE = "merge"
    SPLIT = "split"


class Whose(StrEnum):
    """Who may use a word."""

    ANYBODY = "anybody"
    CUSTOMER = "customer"
    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"  # who sets rooms up


class Spec(msgspec.Struct, frozen=True):
    """One command: its words (the first of a language is the one the bot uses), and how it is explained."""

    word: Word
    names: tuple[str, ...]  # Chinese first, then English
    whose: Whose
    usage: str
    example: str
    takes_number: bool = False
    joined: tuple[str, ...] = ()  # names that free text may follow without a space

    def called(self, language: str) -> str:
        """Return the word the bot uses for it in a language."""
        return next(name for name in self.names if name.isascii() == (language != "zh"))

    def others(self, language: str) -> tuple[str, ...]:
        """Return its other words for a reader of a language; Chinese ones are of no use to those who read none."""
        shown = self.called(language)
        return tuple(name for name in self.names if name != shown and (language == "zh" or name.isascii()))


SPECS: tuple[Spec, ...] = (
    Spec(Word.REPORT, ("报障", "报修", "报单", "故障", "工单", "report", "ticket"), Whose.ANYBODY, N_("报障 问题 — 转给工程师"), N_("报障 二楼打印机不通电"), joined=("报障", "报修")),
    Spec(Word.URGENT, ("紧急", "urgent"), Whose.ANYBODY, N_("紧急 问题 — 系统整体不可用，马上叫人"), N_("紧急 教务系统全校打不开")),
    Spec(Word.PROGRESS, ("进度", "查进度", "progress", "status"), Whose.ANYBODY, N_("进度 单号 — 查到哪一步了"), N_("进度 {number}"), takes_number=True),
    Spec(Word.MINE, ("我的单", "我的工单", "mine"), Whose.ANYBODY, N_("我的单 — 您在办的单"), N_("我的单")),
    Spec(Word.SUPPLEMENT, ("补充", "补充一下", "add"), Whose.ANYBODY, N_("补充 单号 内容 — 或直接引用我的消息"), N_("补充 {number} 序列号 SN8812"), takes_number=True),
    Spec(Word.URGE, ("催单", "urge"), Whose.ANYBODY, N_("催单 单号 / 撤单 单号 — 催一下；不用处理了"), N_("催单 {number}"), takes_number=True),
    Spec(Word.WITHDRAW, ("撤单", "取消", "取消报修", "撤销报修", "取消工单", "withdraw"), Whose.ANYBODY, N_("撤单 单号 — 不用处理了"), N_("撤单 {number}"), takes_number=True),
    Spec(Word.RATE, ("评分", "rate"), Whose.CUSTOMER, N_("评分 单号 速度 质量 — 1 到 5"), N_("评分 {number} 5 4 很耐心"), takes_number=True),
    Spec(Word.HUMAN, ("人工", "转人工", "人工客服", "人工服务", "转客服", "human"), Whose.CUSTOMER, N_("人工 — 找工程师"), N_("人工")),
    Spec(Word.COMPLAIN, ("投诉", "complain", "complaint"), Whose.CUSTOMER, N_("投诉 内容 — 直接交给经理"), N_("投诉 昨天约好没人来")),
    Spec(Word.WISH, ("需求", "建议", "提需求", "提建议", "提个需求", "提个建议", "request", "suggestion"), Whose.ANYBODY, N_("需求 内容 — 想要的改进，不是故障"), N_("需求 成绩单能导出 Excel"), joined=("建议", "提建议", "提需求", "提个建议", "提个需求")),
    Spec(Word.TRAINING, ("培训", "申请培训", "training"), Whose.ANYBODY, N_("培训 内容 — 申请培训"), N_("培训 新老师怎么录课"), joined=("申请培训",)),
    Spec(Word.KEEP_LEVEL, ("维持", "keep"), Whose.CUSTOMER, N_("维持 级别 — 不同意调整级别"), N_("维持一级"), joined=("维持",)),
    Spec(Word.REOPEN, ("重开", "reopen"), Whose.ANYBODY, N_("重开 单号 原因 — 又坏了"), N_("重开 {number} 又黑屏了"), takes_number=True),
    Spec(Word.PROMISES, ("服务承诺", "服务标准", "服务级别", "sla", "service levels"), Whose.ANYBODY, N_("服务承诺 — 多久响应、多久解决"), N_("服务承诺")),
    Spec(Word.HELP, ("帮助", "help", "?"), Whose.ANYBODY, N_("帮助 — 这份说明；帮助 转交 — 看例子"), N_("帮助 转交")),
    Spec(Word.CLAIM, ("接单", "认领", "我来", "抢单", "接", "claim", "take"), Whose.STAFF, N_("接单 单号"), N_("接单 {number}"), takes_number=True),
    Spec(Word.ASSIST, ("协助", "assist"), Whose.STAFF, N_("协助 单号 — 一起处理"), N_("协助 {number}"), takes_number=True),
    Spec(Word.HAND_OVER, ("转交", "转单", "handover"), Whose.STAFF, N_("转交 单号 @同事 说明 — 对方接受前仍由您负责"), N_("转交 {number} @老张 需要懂录播机的"), takes_number=True),
    Spec(Word.ACCEPT, ("接受", "accept"), Whose.STAFF, N_("接受 单号 / 拒绝 单号 原因 — 回复转交"), N_("接受 {number}"), takes_number=True),
    Spec(Word.DECLINE, ("拒绝", "decline"), Whose.STAFF, "", N_("拒绝 {number} 在外面上门"), takes_number=True),
    Spec(Word.UPDATE, ("更新", "进展", "update"), Whose.STAFF, N_("更新 单号 进展 — 转到客户群"), N_("更新 {number} 正在换线，16:10 前好"), takes_number=True),
    Spec(Word.NOTE, ("记录", "备注", "note"), Whose.STAFF, N_("记录 单号 内容 — 只进档案；打过电话写“电话…”"), N_("记录 {number} 电话 已和王老师约好下午"), takes_number=True),
    Spec(Word.CHANGE_LEVEL, ("改级", "转级", "level"), Whose.STAFF, N_("改级 单号 级别 原因"), N_("改级 {number} 二级 仅教师端受影响"), takes_number=True),
    Spec(Word.RESOLVE, ("解决", "完成", "结单", "关单", "resolve", "solve"), Whose.STAFF, N_("解决 单号 原因: 方法: 预防:"), N_("解决 {number} 原因:矩阵主板损坏 方法:更换主板 预防:勿热插拔"), takes_number=True),
    Spec(Word.UNDO, ("撤销", "撤回", "undo"), Whose.ANYBODY, N_("撤销 — 撤回自己刚做的（5 分钟内）"), N_("撤销 {number}"), takes_number=True),
    Spec(Word.QUEUE, ("待办", "在办", "工单列表", "所有工单", "queue"), Whose.STAFF, N_("待办 — 还没完的单和时限"), N_("待办")),
    Spec(Word.EXPLAIN, ("时限", "due"), Whose.STAFF, N_("时限 单号 — 到期时间怎么算的"), N_("时限 {number}"), takes_number=True),
    Spec(Word.SERVICE_RECORD, ("工作单", "服务记录", "确认单", "record"), Whose.STAFF, N_("工作单 单号 — 给客户签字的服务记录（文件）"), N_("工作单 {number}"), takes_number=True),
    Spec(Word.ON_DUTY, ("值班", "duty", "oncall"), Whose.STAFF, N_("值班 — 现在谁值班，接着是谁"), N_("值班")),
    Spec(Word.WORKLOAD, ("忙闲", "workload"), Whose.STAFF, "", N_("忙闲")),
    Spec(Word.TAKE_OVER, ("接班", "takeover"), Whose.STAFF, N_("接班 — 换班点名时回"), N_("接班")),
    Spec(Word.ARRIVE, ("到场", "arrive", "onsite"), Whose.STAFF, N_("到场 单号 — 人到现场"), N_("到场 {number}"), takes_number=True),
    Spec(Word.ACKNOWLEDGE, ("收到", "ack"), Whose.STAFF, N_("收到 单号 — 知道了，先别再催"), N_("收到 {number}"), takes_number=True),
    Spec(Word.PAUSE, ("暂停", "挂起", "pause"), Whose.STAFF, N_("暂停 单号 等客户|等第三方|等备件 时间 说明"), N_("暂停 {number} 等备件 明天10点 主板到货"), takes_number=True),
    Spec(Word.RESUME, ("继续", "恢复处理", "resume"), Whose.STAFF, N_("继续 单号 — 结束暂停"), N_("继续 {number}"), takes_number=True),
    Spec(Word.AGREE, ("约定", "agree"), Whose.STAFF, N_("约定 单号 时间 原因 — 请客户同意改期"), N_("约定 {number} 明天17:00 等备件到货"), takes_number=True),
    Spec(Word.PROMISE_ANSWER, ("答复时间", "answerby"), Whose.STAFF, N_("答复时间 单号 时间 — 说好几点答复"), N_("答复时间 {number} 15:30"), takes_number=True),
    Spec(Word.ANSWER, ("答复", "answer"), Whose.STAFF, N_("答复 单号 内容 — 实质答复，转到客户群"), N_("答复 {number} 可以导出，下午给您开通"), takes_number=True),
    Spec(Word.DIAGNOSE, ("诊断", "diagnose"), Whose.STAFF, N_("诊断 单号 内容"), N_("诊断 {number} 矩阵主板损坏"), takes_number=True),
    Spec(Word.WORK_AROUND, ("临时方案", "临时措施", "替代方案", "workaround"), Whose.STAFF, N_("临时方案 单号 内容 — 先能用，告诉客户"), N_("临时方案 {number} 先直连投影，可以上课"), takes_number=True),
    Spec(Word.RECEIVE, ("收件", "收到故障件", "received"), Whose.STAFF, N_("收件 单号 — 收到故障件，返修开始计时"), N_("收件 {number} 硬盘 SN5521"), takes_number=True),
    Spec(Word.ORDER, ("订货", "订购", "ordered"), Whose.STAFF, N_("订货 单号 — 替换件已订购，更换开始计时"), N_("订货 {number} 同型号硬盘"), takes_number=True),
    Spec(Word.GIVE_BACK, ("返还", "寄回", "returned"), Whose.STAFF, N_("返还 单号 — 故障件修好还给客户"), N_("返还 {number} 顺丰已寄出"), takes_number=True),
    Spec(Word.REPLACE, ("换新", "更换新件", "replaced"), Whose.STAFF, N_("换新 单号 — 换上了新件"), N_("换新 {number} SN8812"), takes_number=True),
    Spec(Word.DISPATCH, ("派单", "派人", "dispatch"), Whose.STAFF, N_("派单 单号 @同事 说明 — 请人上门"), N_("派单 {number} @小周 带 HDMI 矩阵"), takes_number=True),
    Spec(Word.LEND, ("代用", "备机", "代用设备", "备用机", "loan"), Whose.STAFF, N_("代用 单号 型号 序列号"), N_("代用 {number} 矩阵M8 SN8812"), takes_number=True),
    Spec(Word.OCCUR, ("发生", "occurred"), Whose.ANYBODY, N_("发生 单号 时间 — 故障何时开始"), N_("发生 {number} 08:10"), takes_number=True),
    Spec(Word.RECOVER, ("恢复", "recovered"), Whose.STAFF, N_("恢复 单号 说明 — 重大事件结束"), N_("恢复 {number} 备机已接管"), takes_number=True),
    Spec(Word.APPOINT, ("约", "约时间", "appoint"), Whose.STAFF, N_("约 客户或单号 时间 — 告诉客户哪天来"), N_("约 育才小学 6-27 15:00")),
    Spec(Word.INSPECT, ("巡检", "inspect"), Whose.STAFF, N_("巡检 客户或单号 完成 结果 — 发现的问题另建隐患单"), N_("巡检 育才小学 完成 服务器磁盘 82% 其余正常")),
    Spec(Word.UPGRADE, ("升级", "upgrade"), Whose.STAFF, N_("升级 客户 内容 日期 开始-结束 — 安排在允许的时段，提前告诉客户"), N_("升级 育才小学 平台3.3 6-15 22:30-23:30")),
    Spec(Word.UPGRADED, ("升级完成", "upgraded"), Whose.STAFF, N_("升级完成 客户或单号 说明"), N_("升级完成 育才小学 新增成绩分析")),
    Spec(Word.ROLL_BACK, ("升级回退", "回退", "rollback"), Whose.STAFF, N_("升级回退 客户或单号 原因"), N_("升级回退 育才小学 数据库校验没通过")),
    Spec(Word.OTHER_TIME, ("改期", "reschedule"), Whose.ANYBODY, N_("改期 — 约好的时间不方便"), N_("改期 那天有考试")),
    Spec(Word.REMOTE, ("远程", "申请远程", "remote"), Whose.STAFF, N_("远程 单号 — 先请客户同意，再远程"), N_("远程 {number}"), takes_number=True),
    Spec(Word.DEPART, ("出发", "depart"), Whose.STAFF, N_("出发 单号 — 在路上了"), N_("出发 {number}"), takes_number=True),
    Spec(Word.LEAVE_SITE, ("离场", "leave"), Whose.STAFF, N_("离场 单号 未解决 原因，打算，下次时间"), N_("离场 {number} 未解决 矩阵主板坏，已报备件，明天10点前换"), takes_number=True),
    Spec(Word.DAY_REPORT, ("汇报", "dayreport"), Whose.STAFF, N_("汇报 单号 进展 — 重大事件当日汇报"), N_("汇报 {number} 备机已接管，成绩模块明天恢复"), takes_number=True),
    Spec(Word.NOBODY_CAME, ("没人来", "没来人", "nobodycame"), Whose.CUSTOMER, N_("没人来 — 约好的人没到"), N_("没人来 {number}"), takes_number=True),
    Spec(Word.ASSET, ("设备", "asset"), Whose.STAFF, N_("设备 单号 序列号 — 同一台坏过几次有数"), N_("设备 {number} SN5521"), takes_number=True),
    Spec(Word.EXCUSE, ("标记", "excuse"), Whose.MANAGER, "", N_("标记 {number} 不可抗力 供电局停电通知"), takes_number=True),
    Spec(Word.ATTAINED, ("达标", "attained"), Whose.MANAGER, "", N_("达标 育才小学")),
    Spec(Word.QUOTE, ("报价", "quote"), Whose.STAFF, "", N_("报价 {number} 上门按实际工作日收费"), takes_number=True),
    Spec(Word.TURN_DOWN, ("谢绝", "turndown"), Whose.STAFF, "", N_("谢绝 {number} 这类设备请联系原厂家"), takes_number=True),
    Spec(Word.OUTSIDE, ("范围外", "合同外", "outside"), Whose.STAFF, N_("范围外 单号 原因 — 不在合同里，请经理定"), N_("范围外 {number} 客户自己买的打印机"), takes_number=True),
    Spec(Word.SEEK_HELP, ("求助", "expert"), Whose.STAFF, N_("求助 单号 领域 — 请懂的同事帮忙，负责人不变"), N_("求助 {number} 网络"), takes_number=True),
    Spec(Word.CONSULT, ("会诊", "consult"), Whose.STAFF, N_("会诊 单号 问题 — 请组长、经理和点名的人一起看"), N_("会诊 {number} 主备切换后数据对不上"), takes_number=True),
    Spec(Word.CONCLUDE, ("会诊结论", "conclude"), Whose.STAFF, "", N_("会诊结论 {number} 先回退到昨晚的备份"), takes_number=True),
    Spec(Word.TICK, ("打勾", "√", "✓", "✔", "tick"), Whose.STAFF, N_("打勾 1 — 预案做完一步，也可以写 √1"), N_("打勾 1")),
    Spec(Word.MAJOR, ("重大", "major"), Whose.MANAGER, N_("重大 单号 — 宣布重大事件并指挥"), N_("重大 {number}"), takes_number=True),
    Spec(Word.MERGE, ("合并", "merge"), Whose.STAFF, N_("合并 单号… 到 单号 — 同一个故障一起处理"), N_("合并 {number} 1036 到 1033"), takes_number=True),
    Spec(Word.SPLIT, ("拆分", "split"), Whose.STAFF, N_("拆分 单号 — 分开处理"), N_("拆分 {number}"), takes_number=True),
    Spec(Word.REASSIGN, ("改派", "reassign"), Whose.MANAGER, N_("改派 单号 @同事 原因"), N_("改派 {number} @小周 老张请假"), takes_number=True),
    Spec(Word.CALLBACK, ("回访", "callback"), Whose.MANAGER, N_("回访 单号 结果 — 没打通写“未接”"), N_("回访 {number} 已电话，客户接受"), takes_number=True),
    Spec(Word.TEACH, ("入库", "teach"), Whose.STAFF, N_("入库 单号 — 把办法交给知识管理员审核"), N_("入库 {number}"), takes_number=True),
    Spec(Word.AMEND, ("改", "改成", "改为", "amend"), Whose.STAFF, N_("改 单号 新答案 — 入库前改答案；改 K-141 新答案"), N_("改 {number} 先确认矩阵电源灯"), takes_number=True),
    Spec(Word.DROP, ("不入库", "drop"), Whose.STAFF, N_("不入库 单号"), N_("不入库 {number}"), takes_number=True),
    Spec(Word.APPROVE, ("通过", "approve"), Whose.STAFF, N_("通过 单号 — 审核通过，马上上线"), N_("通过 {number}"), takes_number=True),
    Spec(Word.REJECT, ("驳回", "退回", "reject"), Whose.STAFF, N_("驳回 单号 原因"), N_("驳回 {number} 缺了断电这一步"), takes_number=True),
    Spec(Word.WRONG, ("不对", "有误", "有错", "错了", "停用", "wrong", "disable"), Whose.STAFF, N_("不对 K-141 原因 — 马上停用这条答案"), N_("不对 K-141 新版没有这个按钮")),
    Spec(Word.GENERAL, ("设为通用", "general"), Whose.STAFF, N_("设为通用 K-141 — 给所有客户用"), N_("设为通用 K-141")),
    Spec(Word.ENABLE, ("启用", "enable"), Whose.STAFF, N_("启用 K-141 — 停用的答案重新上线"), N_("启用 K-141")),
    Spec(Word.VALID, ("有效期", "有效", "valid"), Whose.STAFF, N_("有效期 K-141 到 12-31 — 过了不再回答；长期"), N_("有效期 K-141 到 2027-06-30")),
    Spec(Word.REVIEWED, ("复核", "review"), Whose.STAFF, N_("复核 K-141 — 看过，还对；可写下次日期"), N_("复核 K-141 2027-09-01")),
    Spec(Word.LOOK_UP, ("查", "lookup"), Whose.STAFF, N_("查 关键词 — 找知识库；查 K-141"), N_("查 打印机")),
    Spec(Word.GAPS, ("没答上", "gaps"), Whose.STAFF, N_("没答上 — 近一周没答上的问题"), N_("没答上")),
    Spec(Word.DRAFTS, ("待审", "草稿", "待审核", "drafts"), Whose.STAFF, N_("待审 — 等审核的知识"), N_("待审")),
    Spec(Word.BIND, ("绑定", "bind"), Whose.ADMIN, N_("绑定 客户名 — 新群属于哪个客户"), N_("绑定 育才小学"), joined=("绑定",)),
    Spec(Word.POLICY, ("政策", "policy"), Whose.ADMIN, N_("政策 名称 — 新客户的服务政策"), N_("政策 教育四级"), joined=("政策",)),
    Spec(Word.ENGINEERS, ("工程师", "engineers"), Whose.ADMIN, N_("工程师 @同事 … — 这个群由谁轮值"), N_("工程师 @老张 @小李")),
    Spec(Word.WHERE, ("这里是", "whereami"), Whose.STAFF, N_("这里是 — 这个群的地址和设置"), N_("这里是")),
    Spec(Word.IMPORT, ("确认导入", "importfaq"), Whose.ADMIN, N_("确认导入 — 导入刚才发来的 FAQ 文件"), N_("确认导入")),
    Spec(Word.COLUMNS, ("列", "columns"), Whose.ADMIN, "", N_("列 A=问法 B=答案")),
    Spec(Word.REGISTER, ("登记", "register"), Whose.ADMIN, N_("登记 谁 客户名 姓名 — 没登记的人是哪个客户的"), N_("登记 张三 育才小学 王老师")),
    Spec(Word.SILENCE, ("静默", "免打扰", "silence"), Whose.ADMIN, N_("静默 群名 2h — 这段时间只回答 @我 的人"), N_("静默 育才群 2h")),
    Spec(Word.BACK_UP, ("备份", "backup"), Whose.ADMIN, N_("备份 — 把全部数据写成一个文件"), N_("备份")),
    Spec(Word.RELOAD, ("重载", "reload"), Whose.ADMIN, N_("重载 — 重新读一遍配置文件"), N_("重载")),
    Spec(Word.ACCOUNT, ("帐号", "账号", "account"), Whose.ANYBODY, N_("帐号 — 让我在别的平台也认得您"), N_("帐号 {number}"), takes_number=True),
)  # fmt: skip

EXAMPLE_NUMBER = 1024


def may_use(spec: Spec, role: Role) -> bool:
    """Say whether a word is meant for somebody of this role."""
    if spec.whose is Whose.ANYBODY:
        return True
    if spec.whose is Whose.CUSTOMER:
        return not role.is_staff
    if spec.whose is Whose.ADMIN:
        return role.is_manager
    return role.is_staff  # a manager's word from an engineer is answered by the rules, which say who can
