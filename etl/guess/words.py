"""Words people use in headers and values, in Chinese and English, and what they mean here."""

import re

# Canonical field -> pattern of a header, tried in this order; the first column that fits takes the field.
HEADERS: tuple[tuple[str, str], ...] = (
    (
        "due",
        r"(?<![a-z])due(?![a-z])|expected sla|deadline|sla.?(target|due)"
        r"|截止|应(在|于)?(响应|回复|解决|完成).*(时间|时限)|时限",
    ),
    ("first_reply", r"first.?(respon|repl|answer)|首次响应|首次回复|首响"),
    (
        "field",
        r"^(field|attribute|property)([ _]?(name|id|key))?$|字段(名|名称)?$",
    ),
    ("answer", r"^(new[ _]?value|value|answer(_text)?|to)$|^(新值|取值|答案|回答)$"),
    ("question", r"^question([ _]?(id|key|name|text))?$|^(题目|问题|题号|维度)$"),
    ("author_kind", r"(author|sender)[ _]?(kind|type|role)$|(发送|回复)(人|方|者)?(类型|角色)"),
    ("public", r"^(is[ _]?)?public$|是否公开"),
    (
        "created",
        r"(creat|open|submit|submitt|report|start|receiv)(ed|ion)?[ _]?(at|time|date|on)?$"
        r"|(创建|受理|提交|建单|报障|登记|来电|进线)(时间|日期)",
    ),
    ("resolved", r"(resol(ved|ution)|solved|fixed)[ _]?(at|time|date|on)?$|(解决|完成|处理完)(时间|日期)"),
    ("closed", r"clos(ed|e|ing)[ _]?(at|time|date|on)?$|(关闭|结案|关单)(时间|日期)"),
    ("updated", r"(updat|modif|chang)(ied|ed|e)?[ _]?(at|time|date|on)?$|(更新|修改|变更)(时间|日期)"),
    ("moment", r"(event|action|log)?[ _]?(time|timestamp|date|moment|occurred[ _]?at)$|(发生|操作)?时间"),
    ("assigned", r"assign(ed|ment)[ _]?(at|time|date|on)$|(派单|分配|指派)(时间|日期)"),
    ("sequence", r"(sys_)?mod_count|version|sequence|\bseq\b|revision|序号|版本"),
    ("response_id", r"\*?resp(ondent|onse)?[ _]?(num|id|no)|survey[ _]?id|(问卷|答卷|评价)(编号|号|id)"),
    (
        "id",
        r"^(ticket|case|incident|issue|request|conversation|work ?order)?[ _#]*(id|number|nummer|no|nr|key|#)\.?$"
        r"|^(工单|事件|案例|请求|问题)?(编号|单号|号码|id|号)$",
    ),
    ("status", r"(.*_)?(status|state)$|(工单|处理)?状态"),
    ("priority", r"priority|urgency|severity|优先级|紧急程度|严重程度"),
    ("channel", r"channel$|contact[ _]type|^source$|^via$|origin$|渠道|来源"),
    (
        "team",
        r"(assign(ment|ed)?[ _]|agent[ _]|support[ _])?(group|team|queue)([ _](id|name))?$|^department"
        r"|(处理|受理)?(班组|小组|团队|部门|组)$",
    ),
    (
        "agent",
        r"(agent|assignee|owner|handler|responder)([ _](id|name))?$|assigned[ _]to"
        r"|(处理|受理|客服|坐席|经办)(人|员|人员)?$",
    ),
    (
        "customer",
        r"(customer|requester|reporter|caller|client|contact|user)([ _.]?(id|name|email|e-mail|phone))?$"
        r"|(客户|用户|来电人)(编号|名称|姓名|电话|号码|邮箱|邮件|id)?$|^(联系|手机|来电)(电话|号码|号|邮箱)$",
    ),
    ("type", r"^(ticket|case|issue|request)?[ _]?type$|工单类型|诉求类型"),
    ("category", r"category|topic|subject area|分类|类别|问题类型"),
    ("product", r"product|产品"),
    ("region", r"region|country|区域|地区|省份"),
    ("tags", r"^(tags?|labels?|标签)$"),
    ("is_spam", r"^(is[ _]?)?spam$|是否垃圾"),
    ("nps", r"\bnps\b|netpro|recommend|推荐"),
    ("overall", r"csat([ _]score)?$|satisf|survey results?|overall|q7all|^rating$|^score$|满意度|总体评价|评分"),
    ("weight", r"^weight$|权重"),
)
DURATIONS = re.compile(
    r"(?<![a-z])(minutes?|mins?|hours?|hrs?|seconds?|secs?)(?![a-z])|duration|elapsed|时长|耗时|用时|[(（](分|秒|小?时)"
)
TIMES = ("first_reply", "due", "created", "resolved", "closed", "updated", "assigned", "moment")
REPLY = re.compile(r"first.{0,8}(respon|repl|answer)|首次?(响应|回复)|\bfr(t|_)|respon|响应|回复")
RESOLUTION = re.compile(r"resol|solve|\bttr|_ttr|handl|解决|处理|完成")
# unit of a duration, told by its header; hours before minutes: `business hours` and the like are not ours anyway
UNITS = (
    ("duration_min", re.compile(r"(?<![a-z])min(ute)?s?(?![a-z])|分钟|[(（]分")),
    ("duration_h", re.compile(r"(?<![a-z])h(ou)?rs?(?![a-z])|(?<![a-z])h$|[(（]时|小时")),
    ("duration_s", re.compile(r"(?<![a-z])sec(ond)?s?(?![a-z])|(?<![a-z])s$|秒")),
)

STATUS = {
    "new": "new|created|submitted|registered|待受理|新建|未受理|已提交",
    "open": "open|active|in progress|assigned|in work|reopened|working|processing"
    "|waiting for support|waiting for agent"
    "|处理中|已受理|进行中|待处理|重新打开|已派单",
    "pending_customer": "pending|pending customer|waiting on customer|waiting for customer"
    "|awaiting reply|awaiting user info|awaiting customer"
    "|等待客户|待客户|待用户",
    "on_hold": "on hold|hold|awaiting vendor|awaiting problem|awaiting evidence|suspended|paused|escalated"
    "|挂起|暂停|等待第三方",
    "resolved": "resolved|solved|fixed|completed|done|已解决|已完成|处理完成|已处理",
    "closed": "closed|complete|finished|已关闭|关闭|已结案|已归档|完结",
}
CHANNEL = {
    "phone": "phone|call|telephone|hotline|voice|ivr|电话|热线|来电",
    "email": "email|e-mail|mail|邮件|邮箱",
    "online": "chat|web|portal|online|self service|self-service|app|form|web form"
    "|在线|网页|自助|小程序|门户|在线客服|网站|网页表单",
    "social": "social|wechat|weibo|twitter|facebook|whatsapp|微信|微博|抖音|公众号",
    "offline": "offline|walk-in|walk in|store|onsite|fax|direct opening|线下|门店|现场|柜台",
    "bot": "bot|chatbot|robot|机器人|智能客服",
}
PRIORITY = {
    "P1": "critical|urgent|highest|blocker|紧急|特急|非常紧急",
    "P2": "high|major|高",
    "P3": "medium|normal|moderate|middle|中|普通|一般",
    "P4": "low|minor|lowest|低",
}
TYPE = {
    "inquiry": "inquiry|question|consultation|request|service request|咨询|查询",
    "complaint": "complaint|投诉|抱怨",
    "tech": "incident|problem|fault|technical|bug|故障|报障|报修|技术",
    "other": "other|task|其他|其它|建议",
}
AUTHOR = {
    "agent": "agent|staff|admin|support|operator|employee|客服|坐席|员工",
    "customer": "customer|user|end-user|end user|client|requester|contact|lead|客户|用户",
    "bot": "bot|robot|chatbot|system|机器人",
}
SCORE = {
    "5": "very satisfied|excellent|strongly agree|非常满意|很满意|十分满意|非常好|好评",
    "4": "satisfied|somewhat satisfied|good|agree|满意|比较满意|较满意",
    "3": "neutral|neither|average|fair|ok|okay|一般|中立|基本满意|普通",
    "2": "dissatisfied|unsatisfied|somewhat dissatisfied|poor|bad|disagree|不满意|比较不满意|不太满意|较不满意",
    "1": "very dissatisfied|very poor|terrible|strongly disagree|非常不满意|很不满意|十分不满意|差评",
}
WORDS = {
    "status": STATUS,
    "channel": CHANNEL,
    "priority": PRIORITY,
    "type": TYPE,
    "author_kind": AUTHOR,
    "score": SCORE,
}
BLANKS = (
    "?",
    "-",
    "--",
    "n/a",
    "na",
    "null",
    "none",
    "(blank)",
    "blank",
    "nil",
    "not rated",
    "offered",
    "not offered",
    "unoffered",
    "unknown",
    "未评分",
    "无",
    "未评价",
    "空",
    "(空)",
    "(跳过)",
)


# Codes of Freshdesk, known by two of its headers: the highest number is the most urgent.
FRESHDESK = ("fr_due_by", "responder_id")
CODES = {
    "priority": {"1": "P4", "2": "P3", "3": "P2", "4": "P1"},
    "channel": {"1": "email", "2": "online", "3": "phone", "7": "online", "9": "online", "10": "email"},
    "status": {"2": "open", "3": "pending_customer", "4": "resolved", "5": "closed"},
}


def meaning(header: str) -> str | None:
    """Return the canonical field a header speaks of, with or without its end in brackets; None = none is known."""
    plain = re.sub(r"\s+", " ", header.strip().lower())
    skipped = TIMES if DURATIONS.search(plain) else ()
    fields = [(field, pattern) for field, pattern in HEADERS if field not in skipped]
    ways = (plain, re.sub(r"\s*[(（\[][^()（）\[\]]*[)）\]]$", "", plain))
    return next((field for way in ways for field, pattern in fields if re.search(pattern, way)), None)


def canonical(field: str, value: str) -> str | None:
    """Return the canonical word for a source's value of a closed field; None = not known."""
    plain = re.sub(r"[ _-]+", " ", value.strip().lower())
    if field == "priority" and (level := re.match(r"(?:p|priority )?([1-9])\b", plain)):
        return f"P{level.group(1)}"
    for word, synonyms in WORDS[field].items():
        if plain == word.replace("_", " ") or plain in synonyms.replace("-", " ").split("|"):
            return word
    return None


def likely(field: str, value: str) -> str | None:
    """Return the one canonical word whose longest synonym stands inside a value; None = none or several.

    A hint for people: `在线客服` holds `在线`, `Phone - Unknown` holds `phone`.
    """
    plain = value.strip().lower()
    found = {
        word: max(map(len, held))
        for word, synonyms in WORDS[field].items()
        if (held := [one for one in synonyms.split("|") if len(one) > 1 and _stands_in(one, plain)])
    }
    longest = [word for word, length in found.items() if length == max(found.values())]
    return longest[0] if len(longest) == 1 else None


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None if word.isascii() else word in text
