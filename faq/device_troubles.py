"""What goes wrong with things of a school and an office, in words that say nothing of the kind by themselves: `话筒没电了`, `投影画面抖`."""

from __future__ import annotations

import re

_THINGS = (
    r"投影仪?|幕布|[黑白]板|触[摸控]屏?|一体机|班班通|电脑|主机|显示[器屏]|屏幕?|大屏|打印机?|复印机?|扫描仪?|话筒|麦克风?|小蜜蜂|音响|音箱|功放|喇叭|广播|[上下]课铃|铃声"
    r"|监控|摄像头?|门禁|校园卡|饭卡|一卡通|录播|直播|投屏|wifi|无线|网络|网线|网速|网页|平台|系统|[账帐]号|密码|验证码|软件|程序|app|页面|答题器|班牌|led"
    r"|空调|插座|插头|门锁|交换机|路由器|服务器|\bip|座机|电话(?![打拨]不通)|传真|接口|充电|平板|触控笔|手写笔|遥控器?|u盘|优盘|硬盘|鼠标|键盘|耳机|饮水机|窗帘|电梯|灯[管泡]?|信号|画面|声音|音量|视频"
)
# A lesson, a person or a plan about the thing is not the thing.
_NOT_THE_THING = r"(?!课|老师|比赛|考试|教室|室|操|体操|站|报|费|会|培训|通知|作业|费用|里的?人|上的?字)"
_IN_VAIN = r"(?:升|降|拉|推|读|充|录|刷|投|传|放|关|开|调|连|插|拔|扫|导|存|发|响|亮|转|弹|拨|打|点)不(?:上[去来]?|下[去来]?|出[去来]?|进[去来]?|了|开|动|到|通)"
_ON_ITS_OWN = r"(?:一直|老是?|总是?|自动|自己|频繁|不停|又|经常|突然)(?:地|在|就)*(?:重启|关机|死机|关闭|断电|掉|断|闪|跳|响|转圈|加载|弹|黑|卡)"
_TOO_MUCH = r"(?:特别|太|很|好|非常|有点|老|超级?|越来越)(?:卡(?!通|片)|慢|闪|抖|糊|暗|吵|模糊|歪|小声)"
_GOES_WRONG = (
    r"不(?:对(?!外)|准|灵|更新|稳定?|响|转|清晰|识别|匹配)|没(?:响|电|墨|纸|画面|图像|响应|信号|声)|缺(?:墨|纸)|(?:墨盒|墨粉|硒鼓|电池)(?:没|用完|空)|脱机|模糊|糊了|画面抖|抖动?(?:厉害|得|$|\s)|偏色|变形|歪了|梯形|倒了"
    rf"|{_IN_VAIN}|{_ON_ITS_OWN}|{_TOO_MUCH}|中毒|啸叫|(?:声音|音量)?(?:太|很|好|特别)?小(?:了|$|\s)|卡顿|卡了|画面卡|时断时续|断断续续|不见了|没有?权限|是?空白|转圈|在加载|停(?:了|转|电)|冲突"
    r"|闪(?:$|\s|个不停|得|屏|动)|有?(?:条纹|黑线|竖线|横线|坏点|亮点|重影)|碎了|裂了|断了|断里面|松了|松动|爆了|烧了|烧坏|弯了|ip变了"
)
_DATA = r"(?:数据|文件|成绩|课件|名单|课表|资料|照片)[^，。 ]{0,6}?(?:误删|被删|删掉了|(?:导|传|录|存|放|打)不(?:上|出|进|了|开)|显示(?:错|不|有误)|加载不|(?<=[据件料])(?:丢|不见)了)"
_FAILS = re.compile(
    "(?=[投幕黑白触一班电主显屏大打复扫话麦小音功喇广上下铃监摄门校饭录直wi无网平系账帐密验软程a页答l空插交路服座传接充手遥u优硬鼠键耳饮窗灯信画声视数文成课名资照])"
    rf"(?:(?:{_THINGS}){_NOT_THE_THING}[^，。,!！ ]{{0,8}}?(?:{_GOES_WRONG})|{_DATA})"
)
_THINGS_IN_ENGLISH = (
    r"mic(?:rophone)?s?|printers?|screens?|projectors?|monitors?|displays?|image|picture|pcs?|computers?|laptops?|tablets?|ipads?|wi ?fi|internet|network|connection|files?|pages?|(?:white|smart)? ?boards?|touch ?screen"
    r"|sound|audio|speakers?|door lock|lamps?|bulb|cables?|remote(?: control)?|keyboard|mouse|air ?con(?:ditioning|ditioner)?|lights?|bell|cameras?|account|app|login|server|system|website|chargers?|socket|scanner|copier"
)
_GOES_WRONG_IN_ENGLISH = (
    r"out of (?:battery|ink|toner|paper|order|power)|flicker(?:s|ing)?|blurr(?:y|ed)|(?:turns?|switch(?:es)?|shuts?) (?:itself )?(?:off|down)(?: by itself)?|keeps? [a-z]+ing|(?:is|are|so|very|really|too|extremely)(?: so| very| really| too)? (?:slow|low|quiet|dark|dim|loud|laggy)"
    r"|gone|missing|dropp?(?:ed|s)|unstable|blank|(?:is|all|goes|went|stays?) (?:black|dark|dead|empty)|jammed|burn(?:t|ed) out|leak(?:s|ing)|did(?: not|n t) (?:ring|start|open|print|load|come)|(?:do|does)(?: not|n t| t) (?:turn|switch|respond|react|start|load|charge|print|connect|open|show)|unreachable|offline|disabled|disconnect(?:s|ed)|freez(?:es|ing)|closes by itself|disappeared|overheat(?:s|ing|ed)"
)
_ALONE_IN_ENGLISH = (
    r"paper jam|(?:access|permission) denied|wrong password|login loop|no (?:power|wi ?fi)\b|(?:shows?|has|have|is|with) no (?:picture|ink|paper|image)\b|it (?:keeps )?freez(?:es|ing)|(?:do not|don t|didn t|did not) (?:get|receive) (?:the |any |my )?(?:verification |login )?(?:code|email|sms)"
    r"|(?:an? |there is )(?:echo|buzzing|crackling|humming|hissing)|(?:whole|entire) (?:school|building|office) (?:is )?(?:offline|down)"
)
_FAILS_IN_ENGLISH = re.compile(
    rf"\b(?:(?:{_THINGS_IN_ENGLISH})\b(?! (?:class|lesson|teacher|course|club|fee|bill))[^.,!?]{{0,20}}?\b(?:{_GOES_WRONG_IN_ENGLISH})\b|{_ALONE_IN_ENGLISH})"
)
_LETTERS = re.compile("[a-z]{3}")
_DENIED_IN_ENGLISH = re.compile(
    r"\b(?:no longer|any ?more|fixed|repaired|works|working again|if|when|tonight|tomorrow)\b"
)
# Every such trouble has one of these; it tells apart most of what people say to each other.
_MAY = re.compile(
    "[不没缺脱糊抖偏歪形倒一老总自频突又经特太很好非有超越中啸小卡时断权空圈载停冲闪条黑竖横坏亮重碎裂松爆烧弯变误删显丢墨电]"
)
_DENIED = re.compile(r"不(?:是|会)|没(?:有)?(?:问题|事)|修好|好了|正常|怎么办不|不用|没什么")


def says_a_device_fails(folded: str) -> bool:
    """Say whether a folded text names such a thing and what goes wrong with it."""
    if _LETTERS.search(folded) is not None and _FAILS_IN_ENGLISH.search(folded) is not None:
        return _DENIED_IN_ENGLISH.search(folded) is None
    return (
        _MAY.search(folded) is not None
        and _FAILS.search(folded) is not None
        and _DENIED.search(folded) is None
    )
