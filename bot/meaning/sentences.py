"""The sentences about tickets that staff say to each other, in both languages, and the commands they mean.

A pattern is matched against a whole text. Its groups: `number` of a ticket, `rest` that the command takes along, `takes` where
work is taken up rather than looked at, `why` a reason that stands apart.
"""

from __future__ import annotations

from bot.meaning.sentence import Sentence
from bot.vocabulary import Word

_NUMBER = r"(?:单号?|工单|(?:ticket )?)\s*#?\s*(?P<number>\d{3,9})(?!\d)"
_GAP = r"[\s:,，：、]*"
_END = r"(?:了|吧|啊|呀|哈|呢|嘛|哦|噻|咯| please)*[\s。.!！~～?？]*"
_MYSELF = r"(?:这个?单?|那个?单?)?(?:还是|就|先)?(?:由|让)?我(?:自己)?"
_TAKES = r"(?:来|去|先)*(?:处理|跟进|跟|负责|接手?|搞|弄)(?:一下|下)?"
_LOOKS = r"(?:来|去|先|过去)*(?:看看|看一下|看下|瞧瞧|修|去一趟|跑一趟)"
_DAYS_PART = r"(?:早上|上午|中午|下午|傍晚|晚上)"
_SOME_DAY = rf"(?:(?:今天|明天|后天|今晚|明早|下?周[一二三四五六日天]){_DAYS_PART}?|{_DAYS_PART})(?:(?:\d{{1,2}}|[一二三四五六七八九十两]{{1,2}})点(?:半|钟)?)?(?:左右|之?前)?"
_IS_AT_IT = (
    rf"(?:马上|现在|这就|{_SOME_DAY})?(?:过?去|来|接|在(?:看|弄|处理|修|搞|跟))"  # enough behind a number
)
_GIVEN = r"(?:派|转|交|指派|分配|移交|安排)给"
_DOING = r"(?:你|麻烦你|请你|帮忙)?(?:来|去|过去|先)*(?:(?:处理|看看|看一下|看下|看|跟进?|修|弄|接手?|负责|上门)(?:一下|下)?|去一?[下趟]|跑一趟)"
_TICKETS = r"(?:工?单子?|工单)"
_IT = r"(?: (?:it|this(?: one)?|that(?: one)?))?"


SENDS = (  # 派小周去 1024 现场, 1024 让小周上门
    Sentence(rf"{_NUMBER}{_GAP}(?:先|就)?(?:派|让|安排|叫|请|麻烦)\s*(?P<rest>.+)"),
    Sentence(r"(?:先|就)?(?:派|让|安排|叫|请|麻烦)\s*(?P<rest>\D+\d.+)"),
)
ON_SITE = Sentence(
    rf"(?:过?去|到|来|跑)?(?:一趟)?\s*(?:{_NUMBER}\s*(?:的)?)?(?:去|到)?(?:现场|上门)(?:去)?(?:一趟|看看|看一下|处理|修)*{_END}(?:$|[\s,，:：]+(?P<why>[^?？]+))"
)
ENDS = Sentence(_END)  # 吧, 了: says nothing

CLAIMS = (
    Sentence(rf"(?:{_NUMBER}{_GAP})?{_MYSELF}(?:(?P<takes>{_TAKES})|{_LOOKS}){_END}"),
    Sentence(rf"{_NUMBER}{_GAP}{_MYSELF}(?:{_TAKES}|{_LOOKS}|{_IS_AT_IT})(?:了|吧|哈|嘛)?[,，;；。][^?？]{{1,60}}"),
    Sentence(rf"(?P<takes>(?:i'?ll|i will|let me|i can) (?:take|handle|do|fix|grab)){_IT}(?: {_NUMBER})?{_END}"),
    Sentence(rf"(?:i'?ll|i will|let me|i can) (?:look (?:at|into)|check) {_NUMBER}{_END}"),
    Sentence(rf"{_NUMBER}{_GAP}我?(?:(?:已经?)?接(?:下|手|单)?(?:了|啦)|已经?接(?:下|手|单)?){_END}"),
    Sentence(rf"(?:那)?{_NUMBER}{_GAP}(?:(?:归|是)?我的|归我(?:管|来|处理|负责)?|给我(?:来|吧)?){_END}"),
    Sentence(rf"{_NUMBER}{_GAP}{_MYSELF}{_IS_AT_IT}{_END}"),
    Sentence(rf"我(?:马上|这就)?(?:去|来|接)\s*{_NUMBER}{_END}"),
    Sentence(rf"{_MYSELF}(?:{_TAKES}|{_LOOKS})\s*{_NUMBER}{_END}"),
    Sentence(rf"{_NUMBER}{_GAP}(?:(?:is )?mine|(?:i'?m |i am )?on it|(?:i'?ll|i will) (?:take|handle|do|fix|look (?:at|into)){_IT}){_END}"),
)  # fmt: skip

OF_SEVERAL = Sentence(  # 1001和1002我都接了, 1001、1002 都好了，原因都是交换机: `rest` is said of each
    rf"{_NUMBER}(?P<others>(?:[\s,，、和跟与及/&]+(?:and )?#?\d{{3,9}}(?!\d))+){_GAP}(?:这?(?:两|三|四|几)(?:个|单|张)?(?:单子?|工单)?)?(?P<me>我)?(?:也|都|全部?|一起|一块|一并|均|both |all )*(?P<rest>.*)"
)

TAKES_SEVERAL = Sentence(  # 我接1001和1002
    rf"我(?:来|去|先|都)*(?:接|处理|跟进?|负责|弄)(?:下|了)?\s*{_NUMBER}(?P<others>(?:[\s,，、和跟与及/&]+#?\d{{3,9}}(?!\d))+){_END}"
)

# To somebody. `rest` begins with a name; where the sentence may name other work too, what follows it must be DOES.
GIVES = (
    Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:{_GIVEN}|转|指派|分派)\s*(?P<rest>.+)"),
    Sentence(rf"(?:转|派|指派|分派|分配|{_GIVEN})\s*{_NUMBER}{_GAP}(?:给)?\s*(?P<rest>.+)"),
    Sentence(rf"(?:give|pass|hand|assign)(?: over)? {_NUMBER} (?:over )?to (?P<rest>.+)"),
)
ASKS_SOMEBODY: tuple[tuple[Sentence, bool], ...] = (  # whether a name alone is enough
    (Sentence(rf"{_GIVEN}\s*(?P<rest>[^\d\s]+?)\s*{_NUMBER}{_GAP}(?P<why>.*)"), True),
    (Sentence(rf"(?:(?:我?接错了?|我(?:没空|不会|走不开|请假了?|在外面|弄不了))[\s,，]+)?(?:把)?{_NUMBER}{_GAP}给\s*(?P<rest>.+?){_END}"), True),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:改派?|换)(?:给|成)?\s*(?P<rest>@?[^\d\s,，。]+?)(?:来|去)?(?:处理|跟进|跟|看|接)?(?:一下|下)?{_END}(?:$|[\s,，:：。]+(?P<why>.*))"), True),
    (Sentence(rf"(?:让|叫|请|安排)\s*(?P<rest>[^\d\s]+?)\s*{_NUMBER}{_GAP}(?P<why>.*)"), False),
    (Sentence(rf"{_NUMBER}{_GAP}(?:让|叫|请|安排)\s*(?P<rest>.+)"), False),
    (Sentence(rf"(?P<rest>@?[^\d\s]+?[\s,，]*{_DOING})\s*{_NUMBER}{_GAP}(?P<why>.*)"), False),
    (Sentence(rf"(?P<rest>@?[^\d\s]+)\s+{_NUMBER}{_GAP}(?:你|麻烦你?|请你?)?(?:帮我|帮忙|帮)?(?:去|来|过去)?(?:接|处理|跟进?|看|弄|修|去)(?:一下|下|一趟)?{_END}(?:$|[\s,，:：。]+(?P<why>.*))"), True),
    (Sentence(rf"(?P<rest>@?\S+?[\s,，]+(?:please |can you |could you )*(?:take|handle|fix|look (?:at|into))) {_NUMBER}{_END}"), False),
)  # fmt: skip
TOLD_TO_GO = (  # by a manager: 小李去1002, 1002 小周去一下
    Sentence(rf"(?P<rest>@?[^\d\s]+?[\s,，]*(?:你)?(?:过?去|来|接|上))\s*{_NUMBER}{_END}"),
    Sentence(rf"{_NUMBER}{_GAP}(?P<rest>@?[^\d]+(?<!了))"),
)
DOES = Sentence(
    rf"(?:(?:please |can you |could you )*(?:take|handle|fix|look (?:at|into))|{_DOING}|(?:过?去|来)(?:一趟|一下)?){_END}(?:$|[\s,，:：]+(?P<why>.*))"
)
_DONE = r"(?:修好|搞定|弄好|搞好|整好|换好|重?装好|接好|处理好|处理完|弄完|修完|换完|重?装完|完成|解决|恢复正常|通|可以|好)"
_TO_MAJOR = r"(?:级别)?(?:改|升|定|调|列|算)(?:级)?(?:成|为|到|作)?\s*重大(?:事件|故障|事故)?"
ABOUT_A_TICKET: tuple[tuple[Sentence, Word, str], ...] = (
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}{_TO_MAJOR}(?:$|[\s,，:：。]+(?P<rest>.*))"), Word.MAJOR, ""),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:时间|上门|预约)?(?:改|挪|推迟|推|延|换|提前)(?:期)?(?:到|成|至)\s*(?P<rest>(?!.{{0,4}}级)(?=.{{0,6}}(?:点|[:：]\d|[号日])|.{{0,4}}(?:[早午晚天]|周[一二三四五六日天])).+)"), Word.APPOINT, ""),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:级别)?(?:改|升|降|调)(?:级)?(?:成|为|到)\s*(?P<rest>.+)"), Word.CHANGE_LEVEL, ""),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:级别)?(?:改|升|降|调)\s*(?P<rest>[一二三四五1-5]级.*)"), Word.CHANGE_LEVEL, ""),
    (Sentence(rf"(?:set|change|raise|lower) {_NUMBER} to (?P<rest>.+)"), Word.CHANGE_LEVEL, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:现在|还)?(?:在|要|得)?(?P<rest>等(?:客户|第三方|厂家|厂商|备件|配件|货)(?=$|[\s,，:：。;；]|提供|补充|发|拍).*)"), Word.PAUSE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:已经?)?约(?:了|好了?|在|的是?)?(?:(?:客户|老师|对方)[\s,，]*)?(?P<rest>(?=.{{0,6}}\d|.{{0,6}}[一二三四五六七八九十两][点号日]|.{{0,4}}[天周早午晚]).+)"), Word.APPOINT, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:这个?单?)?(?:不归我(?:管|弄|修)?|不是我(?:的|管|负责)(?:活|范围)?|我?(?:弄|修|搞|处理)不了)(?P<rest>){_END}"), Word.HAND_OVER, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:这个?单?)?(?:不(?:归|属于|是)我们(?:的|这边)?(?:管|负责|范围|维护)的?|不在(?:合同|服务|我们)?(?:的)?范围)(?:内|里)?(?:了|吧|的)?(?:$|[\s,，:：。]+(?P<rest>.*))"), Word.OUTSIDE, ""),
    (Sentence(rf"(?:帮我|再|去|麻烦)*催(?:一?下|催|一催)?\s*{_NUMBER}(?P<rest>){_END}"), Word.URGE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:帮我|再|麻烦)*催(?:一?下|催|一催)?(?P<rest>){_END}"), Word.URGE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:is )?(?:waiting|on hold) for (?:the )?customer(?P<rest>\b.*)"), Word.PAUSE, "customer"),
    (Sentence(rf"{_NUMBER}{_GAP}(?:is )?(?:waiting|on hold) for (?:the |a )?(?:spare )?parts?(?P<rest>\b.*)"), Word.PAUSE, "parts"),
    (Sentence(rf"{_NUMBER}{_GAP}(?:is )?(?:waiting|on hold) for (?:the |a )?(?:third party|vendor|supplier|manufacturer)(?P<rest>\b.*)"), Word.PAUSE, "third_party"),
    (Sentence(rf"{_NUMBER}{_GAP}(?:我(?:这边|这里)?)?(?:已经?|都|也|远程|电话|帮(?:他|她|老师|客户)|给(?:他|她|老师|客户)|在线|现场|重启(?:一?下|以?后)?就?)*(?:{_DONE}(?:了|啦|咯)|搞定|修好|弄好|完事|[结关](?:单|掉)?(?:了吧?|吧))(?:$|[\s,，:：。;；!！]+(?P<rest>.*))"), Word.RESOLVE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:我)?(?:已经?|都)?(?:(?:处理|维修|检修|更换)(?:完毕|完成)|ok了|(?<=[已经])(?:处理|解决|修复|修好|换好)(?:完毕|好|完)?)(?:\s*[。.!！~]*$|[\s,，:：。;；!！]+(?P<rest>.*))"), Word.RESOLVE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:请|麻烦|帮我|帮忙|你们?)*(?:转告|告诉|告知|通知|回复|跟|和)(?:一下|下)?(?:客户|老师|用户|对方|[\u4e00-\u9fff]{{1,3}}老师)(?:一下|下|说一?[下声]|说)?+[\s,，:：]*(?P<rest>(?!过|了|好了|没|一声|一下)[^?？]{{2,200}}(?<!了))"), Word.UPDATE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:已经?|都|全)?恢复(?:了|啦)(?:$|[\s,，:：。;；!！]+(?P<rest>.*))"), Word.RECOVER, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:今天|还)?(?:没有?修好|没有?解决|修不好|没有?弄好)[\s,，:：。]+(?P<rest>.+)"), Word.LEAVE_SITE, "unsolved"),
    (Sentence(rf"{_NUMBER}{_GAP}(?:is |has been |i )?(?:now |all )?(?:fixed|solved|resolved|done|sorted)(?: it| this)?(?: remotely| by phone| on site| now)?(?:\s*$|\s*[,.:;!]+\s*(?P<rest>.*))"), Word.RESOLVE, ""),
    (Sentence(rf"(?:move|reschedule|postpone|put off) {_NUMBER} (?:to|till|until) (?P<rest>(?!level).+)"), Word.APPOINT, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:is )?(?:move|reschedule|postpone)d? (?:to|till|until) (?P<rest>(?!level).+)"), Word.APPOINT, ""),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:合?并(?:入|到|进))\s*#?(?P<rest>\d{{3,9}}){_END}"), Word.MERGE, "到"),
    (Sentence(rf"(?:把)?{_NUMBER}{_GAP}(?:撤单?|撤掉|取消|作废)(?P<rest>){_END}"), Word.WITHDRAW, ""),
    (Sentence(rf"(?:把)?(?:关闭|关掉|关了)\s*{_NUMBER}(?P<rest>){_END}"), Word.RESOLVE, ""),
    (Sentence(rf"(?:取消接单|退单|放弃)\s*{_NUMBER}(?P<rest>){_END}"), Word.HAND_OVER, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:我)?(?:已经?)?(?:到(?:达)?(?:现场|场|学校)?了|(?:已经?)?到(?:达)?(?:现场|场)?)(?P<rest>){_END}"), Word.ARRIVE, ""),
    (Sentence(rf"(?:我)?(?:已经?)?到(?:现场|场)?了{_GAP}{_NUMBER}(?P<rest>){_END}"), Word.ARRIVE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:i'?m |i am )(?:on site|there|here)(?P<rest>){_END}"), Word.ARRIVE, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:我)?(?:已经?)?(?:出发|在路上|过去|在去的路上)了?(?P<rest>){_END}"), Word.DEPART, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:i'?m |i am )?on (?:my|the) way(?P<rest>){_END}"), Word.DEPART, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:还(?:有|剩)多(?:久|少时间)|(?:什么时候|几点)(?:到期|超时)|时限是?多少)(?P<rest>){_END}"), Word.EXPLAIN, ""),
    (Sentence(rf"(?:when is|how (?:long|much time) (?:is left )?(?:for|on|does)) {_NUMBER}(?: due| have)?(?P<rest>){_END}"), Word.EXPLAIN, ""),
    (Sentence(rf"(?:帮我)?(?:查看|看看|看一下|看下|查一下|查下)\s*{_NUMBER}(?:的?(?:详情|情况|进度|进展))?(?P<rest>){_END}"), Word.PROGRESS, ""),
    (Sentence(rf"{_NUMBER}{_GAP}(?:的)?(?:详情|情况|进度|状态)(?:如何|怎么样)?(?P<rest>){_END}"), Word.PROGRESS, ""),
    (Sentence(rf"(?:show(?: me)?|(?:what(?:'s| is) )?(?:the )?(?:status|state) of|how is|how's|what(?:'s| is) (?:up|happening) with) {_NUMBER}(?: doing| going)?(?P<rest>){_END}"), Word.PROGRESS, ""),
)  # fmt: skip

A_NUMBER = Sentence(rf"{_NUMBER}[\s。.?？]*")  # said to the bot it asks what that ticket is

_DAY_AHEAD = r"(?:明天|明早|明晚|大?后天|(?:这个?|本|下个?)?(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}[-/月]\d{1,2}[日号]?|\d{1,2}[日号])"
_WHO = r"(?:是|轮到)?(?:谁|哪位|哪个)(?:在|来|的)?"
_HAS = r"(?:手上|手里|手头|名下|那边|那儿)"
_HOW_MANY = r"(?:现在|目前)?(?:还|都)?(?:有)?(?:哪些|什么|几个?|多少)"
ON_A_DAY = (
    Sentence(rf"(?P<day>{_DAY_AHEAD})\s*(?:早上|白天|晚上|上午|下午|夜里)?{_WHO}(?:值班|班){_END}"),
    Sentence(rf"(?P<day>{_DAY_AHEAD})\s*值班(?:的人?|人员?)?是?(?:谁|哪位){_END}"),
    Sentence(rf"(?:谁|哪位)(?P<day>{_DAY_AHEAD})\s*值班{_END}"),
    Sentence(rf"who(?:'s| is| will be) on (?:call|duty) (?:on )?(?P<day>tomorrow|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day){_END}"),
)  # fmt: skip
TAKES_THE_SHIFT = Sentence(
    rf"(?:(?:好的?|收到|ok|行|嗯)[\s,，。!！]*)?(?:我(?:这边|来)?|现在)?(?:已经?|来)?接班(?:啦|咯)?{_END}|(?:我|已)(?:已经?)?到岗{_END}|i(?:'?ve| have)? (?:taken|took) over{_END}"
)
OF_SOMEBODY = (  # what a colleague has in hand
    Sentence(
        rf"(?P<rest>[^\d\s@＠]+?)\s*(?:{_HAS}(?:现在)?(?:还)?(?:有)?(?:几|多少)个|(?:今天|现在|目前)(?:有)?(?:几|多少)(?:个|张)?{_TICKETS}){_END}"
    ),
    Sentence(rf"(?P<rest>[^\d\s@＠]+?)\s*{_HAS}{_HOW_MANY}{_TICKETS}(?:没完|没处理完?|没做完)?{_END}"),
    Sentence(rf"(?P<rest>[^\d\s@＠]+?)\s*(?:{_HAS}的?|的){_TICKETS}(?:有?(?:哪些|几个|多少))?{_END}"),
    Sentence(rf"(?P<rest>[^\d\s@＠]+?)\s*{_HOW_MANY}{_TICKETS}(?:没完|没处理完?|没做完){_END}"),
    Sentence(rf"(?:what|which tickets) does (?P<rest>[^\d@]+?) have(?: open)?{_END}"),
    Sentence(rf"what(?:'s| is) (?P<rest>[^\d@]+?) working on{_END}"),
)
WORKLOADS = Sentence(
    rf"(?:现在|目前)?(?:谁|哪个|哪位)(?:的|手上|手里|手头)?的?{_TICKETS}(?:最少|最多|少|多){_END}"
    rf"|(?:大家|每个?人|各自|工程师)(?:们)?{_HAS}?(?:都|各|分别)?(?:有)?(?:几个?|多少){_TICKETS}{_END}|who has (?:the )?(?:fewest|least|most)(?: tickets)?{_END}"
)
FREE = Sentence(
    rf"(?:现在|目前)?(?:谁|哪位)(?:现在)?(?:有空|有时间|闲着|最闲|不忙){_END}|who(?:'s| is) (?:free|available)(?: now)?{_END}"
)
HOW_IS_IT = Sentence(  # said to the bot by staff
    rf"(?:现在|目前|今天|今晚|这会儿)?(?:的)?(?:是)?(?:什么|啥)?情况(?:如何|怎么样)?{_END}|(?:今天|现在|目前)(?:怎么样|如何|忙吗|忙不忙){_END}|(?:今天|现在)?(?:来了|有)?(?:几|多少)(?:个|单|件)(?:单子?|工单|报修|问题)?{_END}|(?:现在)?(?:谁|哪[个单])(?:最慢|在(?:弄|处理|跟|管)){_END}|(?:还|今天|现在)?有(?:没有)?(?:什么|啥)?(?:要|需要)?(?:处理|做|办|跟|盯)的(?:事|单子?)?(?:吗|嘛)?{_END}"
    rf"|(?:现在|今天)?有(?:没有)?(?:超时|逾期|快到期|没人接|没处理)的?{_TICKETS}?(?:吗|嘛|没有?)?{_END}|(?:what(?:'s| is) (?:up|the situation|going on)|how (?:are things|is it going))(?: today| now)?{_END}"
)
NOBODY_HAS = Sentence(  # asked of a ticket, after its number
    rf"(?:现在|这个?单?)?(?:怎么|为什么|为啥|咋)(?:还|都)?(?:没有?人?(?:接|管|处理|动静|弄|去)|没接|(?:没有?|不)(?:修|弄|处理|搞|解决)?(?:好|完|解决|到)){_END}|(?:怎么|咋)回事{_END}|(?:是|在)?(?:几楼|哪[里儿]?|哪个?(?:教室|学校|班|楼|楼层|房间)|什么(?:地方|位置)){_END}|(?:是)?谁报的{_END}|(?:客户|老师|对方|报修人)?的?(?:电话|手机号?|联系方式)(?:号码)?(?:是)?(?:多少|什么)?{_END}|(?:是)?(?:什么|啥)(?:问题|毛病|故障){_END}|(?:到底)?(?:有没有人|有人|谁)(?:接|管|在?跟进?|在?处理|负责|在弄|接的|接了|接单)(?:吗|没|没有)?{_END}"
)

ABOUT_ALL: tuple[tuple[Sentence, Word], ...] = (
    (Sentence(rf"(?:今天|今晚|今夜|现在|这会儿|目前)?(?:是)?(?:谁|哪位|哪个)(?:在|来)?值班{_END}|(?:今天|今晚|现在)?值班(?:的人?|人员?)?是(?:谁|哪位){_END}"), Word.ON_DUTY),
    (Sentence(rf"who(?:'s| is) on (?:call|duty)(?: now| today| tonight)?{_END}"), Word.ON_DUTY),
    (Sentence(rf"(?:现在|目前|今天)?(?:还|都)?有?(?:哪些|什么|几个?|多少)(?:没|未)?(?:处理|完成?|解决|接|办)?(?:完|的)?{_TICKETS}(?:还?(?:没|未)(?:完成?|处理完?|解决|接|办完?|弄完|做完)|没人(?:接|管|处理)(?:的)?)?{_END}"), Word.QUEUE),
    (Sentence(rf"(?:现在|目前)?(?:还|都)有(?:多少|几个?)(?:没|未)(?:处理|完成?|解决|接|弄完|做完)完?的?{_END}"), Word.QUEUE),
    (Sentence(rf"(?:已经?)?(?:超时|逾期|快到期|要到期)的?{_TICKETS}(?:有哪些|有多少)?{_END}"), Word.QUEUE),
    (Sentence(rf"(?:未完成|没完成?|未处理|没处理|没人接)的?{_TICKETS}(?:有哪些|有多少)?{_END}"), Word.QUEUE),
    (Sentence(rf"(?:what(?:'s| is)(?: still)? open|(?:what|which) tickets are(?: still)? open|open tickets){_END}"), Word.QUEUE),
    (Sentence(rf"我(?:手上|手里|这边?|名下)?(?:现在|目前)?(?:还|都)?有?(?:哪些|什么|几个?|多少){_TICKETS}(?:没完|没处理)?{_END}|我(?:手上|手里|名下)的?{_TICKETS}{_END}"), Word.MINE),
    (Sentence(rf"(?:今天|现在|目前)?(?:还|都)?有?(?:哪些|哪几个|几个|多少)(?:单子?|工单)?(?:是)?(?:要|该|需要|待|没)(?:我)?回访的?{_TICKETS}?(?:没有?)?{_END}|(?:今天|现在)?(?:还)?(?:要|该|需要|待|没)回访(?:的)?(?:{_TICKETS})?(?:有)?(?:哪些|哪几个|几个|多少|谁){_END}|回访(?:列表|名单|清单){_END}|(?:which )?calls (?:are )?(?:still )?(?:open|owed|to make){_END}"), Word.CALLBACK),
    (Sentence(rf"(?:what do i have(?: open)?|what(?:'s| is) on my plate|(?:show )?my (?:open )?tickets){_END}"), Word.MINE),
)  # fmt: skip

_SPAN = r"(?P<when>今天|今日|昨天|昨日|这个?周|本周|上个?周|这个?月|本月|上个?月|今年)"
_SHOW = r"(?:看|查|发|给我|出|来)?(?:一下|下|一份|个)?"
FIGURES = Sentence(  # of a manager
    rf"[/#]?{_SHOW}{_SPAN}?的?(?:(?P<what>日报|周报|月报|报表|统计|看板)(?:发|给|看)?(?:我|看)?(?:一下|下|一份)?|(?<=[周月年的])(?:怎么样|如何|(?:工单|单子?|服务|报修)?(?:情况|总结|汇总|数据)(?:怎么样|如何)?)|满意度|(?:满意度|评分|平均(?:响应|解决)(?:时间)?|响应率|超时率?|达标率)(?:的|了)?(?:单子?|工单)?(?:是|有)?(?:多少|几个|几单|怎么样|如何|多久|哪些)){_END}"
    r"|[/#]?(?:(?:show|send|give)(?: me)? )?(?:the )?(?P<every>daily|weekly|monthly) (?:report|digest|summary)(?: please)?[\s.!?]*"
)

TAKES_BACK = Sentence(  # 发错了，撤回; 点错了，还没到
    r"(?:不好意思|抱歉)?[\s,，]*(?:发|写|弄|搞|点|打|按)错了?[\s,，。!！]*我?还没有?到(?:现场|场|学校|呢|啊|哈|了)*[\s。.!！~～]*"
    r"|(?:不好意思|抱歉)?[\s,，]*(?:发|写|弄|搞|点|打|按)错了?[\s,，。!！]*(?:帮我)?撤[回销](?:一下|下|吧|了)?[\s。.!！~～]*"
)

# In two words, without a number: about the only ticket that waits, or that whoever speaks has in hand.
_SOFTLY = r"(?:了|吧|哈|哦|嘛|啊|咯|啦)*[\s。.~～]*"
GOES = Sentence(
    rf"(?:好的?|收到|ok|行|嗯)?[\s,，]*(?:我(?:先|马上|这就)?|马上|这就)(?:(?:来|去|过去|现在){{0,2}}(?:看看|看一下|看下|处理|修|弄|搞|跟进)(?:一下|下)?|(?:过?去|来)(?:一趟)?|(?:就)?到){_SOFTLY}"
    rf"|(?:我)?(?:大概)?(?:\d{{1,3}}|[一二三四五六七八九十半]{{1,3}})(?:分钟|个?半?小时)(?:左右)?(?:就|内)?(?:能)?到{_SOFTLY}"
    rf"|(?:好的?|收到|ok|行|嗯)?[\s,，]*(?:我)?(?:大概|那|就)?{_SOME_DAY}(?:我)?(?:就|再|能)?(?:过?去|到)(?:现场|学校)?(?:看看|看一下|修|处理)?{_SOFTLY}"  # 收到，明早8点到
    rf"|(?:收到|好的?|行)?[\s,，]*(?:我接(?:下|单)?(?:了|啦)?|接(?:下|单)?(?:了|啦)?)[\s。.!！~～]*"
    rf"|(?:ok(?:ay)?,? )?(?:i'?m |i am )?on it[\s.]*"
)
NODS = Sentence(  # quoting the card of a ticket that nobody has
    rf"(?:好的?|嗯+|行|ok(?:ay)?|马上|来了|这就[来去]|知道了|看到了|👌|👍|\[OK\]|\[强\]){_SOFTLY}"
)
GOES_THEN = Sentence(  # its owner, of a ticket: 我下午两点去
    r"(?:我|那|就|准备|打算|大概|预计)*(?P<rest>.{2,14}?)(?:再|就|我)*(?:过?去|到|来|上门)(?:现场|学校|一趟|看看|看一下|看下|修|处理|弄|换)?(?:了|吧|哈|哦)*[\s。.!！~～]*"
    r"|(?:i'?ll|i will|i can|i'?m going to|i am going to) (?:go|come|be there|visit|drop by|look at it|fix it)(?: there| by| over)? (?P<then>.{2,30}?)[\s.!]*"
)
IS_THERE = Sentence(
    rf"(?:我)?(?:已经?)?到(?:达)?(?:现场|学校|校门口|楼下|地方|教室|机房)?了{_SOFTLY}|(?:i'?m |i am )?(?:here|there|on site|arrived)[\s.]*"
)
IS_ON_THE_WAY = Sentence(
    rf"(?:我)?(?:已经?)?(?:出发|在路上|在去的路上)了?{_SOFTLY}|(?:i'?m |i am )?on (?:my|the) way[\s.]*"
)
IS_DONE = Sentence(
    r"(?:(?:已经?|都)?(?:(?:修好|搞定|弄好|搞好|整好|换好|装好|接好|处理好|处理完|弄完|修完|换完|装完)(?:了|啦|咯)?|好(?:了|啦|咯))(?:哈|啊|哦|嘛)?|(?:it'?s |that'?s )?(?:all )?(?:fixed|sorted|done|solved|resolved)(?: now)?)[\s。.!！~～]*(?:$|[\s,，:：。;；]+(?P<rest>[^?？]+))"
)
GIVES_ALL = Sentence(  # 把小周的单都给老张
    rf"(?:把)?(?P<whose>[^\d\s,，。?？@]{{1,8}}?)(?:{_HAS})?的?(?:{_TICKETS})?(?:都|全部?|全都)(?:{_GIVEN}|改派给|给)\s*(?P<rest>[^\d]+)"
)
HANDS_IT_OVER = Sentence(r"(?:这个?单?|它)?(?:转(?:交|单)?给|移交给)\s*(?P<rest>[^\d]+)")  # surely meant so
GIVES_IT = Sentence(rf"(?:这个?单?|它)?(?:{_GIVEN}|让)\s*(?P<rest>[^\d]+)")
WAITS_FOR_PARTS = Sentence(rf"(?:还)?(?:在|得|要)?(?P<rest>等(?:备件|配件|货|厂家|第三方)){_SOFTLY}")
WANTS_NEWS = Sentence(  # of a leader or manager
    rf"(?:现在|到底)?谁在(?:弄|处理|跟|管|看|修){_END}|(?:怎么|咋|为什么|为啥)还没有?(?:修|弄|处理|搞|解决)?(?:好|完|解决|到){_END}"
    rf"|(?:大概|还要|还得)?(?:多久|什么时候|几点)(?:能|才能|可以)?(?:修|弄|搞|处理)?(?:好|恢复|搞定|解决){_END}"
)
WANTS_LATE = Sentence(  # of a leader or manager
    rf"(?:现在|今天)?有(?:没有)?(?:什么)?(?:超时|逾期|快到期|没人接|没处理)的?{_TICKETS}?(?:吗|嘛|没有?)?{_END}"
)
HASTENS = Sentence(rf"(?:帮我|再|去|麻烦)*催(?:一?下|催|一催){_END}")
TAKES_NAMED = Sentence(  # 投影仪那个我来, 王老师的归我
    rf"(?P<what>[^\d\s,，。?？@]{{1,12}}?)(?:(?:的)?(?:那|这)?(?:个|单|边)|的)?(?:单子?)?(?:我(?:来|去|接)(?:处理|看看|看|弄|修)?(?:一下|下)?|(?:归|由)我(?:来|处理|负责)?){_SOFTLY}"
)
TAKES_ALL = Sentence(  # 两个都我去
    rf"(?:(?P<count>[两二三四])(?:个|单))?(?:我?(?:都|全)接(?:了|下了?)|(?:(?:都|全)(?:归|由)?我|我(?:都|全))(?:来|去|接|的)(?:处理|看看|弄)?(?:一下|下)?){_SOFTLY}"
)
ALL_ARE_DONE = Sentence(  # 这几个一起解决了
    rf"(?:(?:这|那|我?手上)?的?(?:(?P<count>[两二三四])|几)?(?:个|单|张)?(?:单子?|工单|问题)?)?(?:都|全部?|一起|一块|一并)+(?:给)?{_DONE}(?:了|啦|咯)[\s。.!！~～]*(?:$|[\s,，:：。;；]+(?P<rest>.+))"
)
NAMED_IS_DONE = Sentence(  # 投影仪好了
    rf"(?P<what>[^\d\s,，。?？@]{{1,12}}?)(?:那个|这个|那边)?(?:已经?|都)?{_DONE}(?:了|啦|咯)[\s。.!！~～]*(?:$|[\s,，:：。;；]+(?P<rest>.+))"
)
IN_TWO_WORDS = (
    GOES,
    GOES_THEN,
    IS_THERE,
    IS_ON_THE_WAY,
    IS_DONE,
    WAITS_FOR_PARTS,
    GIVES_IT,
    GIVES_ALL,
    WANTS_NEWS,
    WANTS_LATE,
    HASTENS,
    TAKES_NAMED,
    TAKES_ALL,
    ALL_ARE_DONE,
    NAMED_IS_DONE,
)
