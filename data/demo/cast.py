"""Who and what the demo desk is about: groups, agents, topics, and the words its tables use for them."""

from dataclasses import dataclass

ROBOT_ID = 1
FIRST_AGENT = 101

SOURCES = ("web_chat", "app_chat", "web_form", "hotline", "mail", "wechat", "weibo", "store", "robot")
SOURCE_WEIGHTS = (0.20, 0.17, 0.05, 0.19, 0.14, 0.11, 0.03, 0.05, 0.06)
FOREIGN_WEIGHTS = (0.26, 0.10, 0.10, 0.10, 0.34, 0.02, 0.01, 0.02, 0.05)
SOURCE_PACE = (0.75, 0.75, 1.5, 0.45, 1.9, 0.9, 1.4, 0.4, 0.8)  # first reply, relative
SOURCE_WORK = (0.6, 0.6, 1.3, 0.5, 1.8, 0.9, 1.2, 0.6, 0.7)  # time to a solution, relative
SOURCE_BOT = (0.42, 0.45, 0.0, 0.0, 0.0, 0.30, 0.0, 0.0, 1.0)  # share opened by the robot
SOURCE_ACK = (0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.3, 0.0, 0.0)  # share with an automatic acknowledgement

KINDS = ("question", "complaint", "fault", "other")
STATES = ("queued", "working", "awaiting_contact", "parked", "solved", "archived")
QUEUED, WORKING, AWAITING, PARKED, SOLVED, ARCHIVED = range(6)
URGENCIES = ("high", "normal", "low")
IN_REVIEW = len(STATES) + len(URGENCIES)
VALUES = (*STATES, *URGENCIES, "in_review")  # in_review: a state somebody added by hand; no mapping knows it
ACTIONS = ("state", "assign", "urgency", "handoff", "merge", "callback")
STATE, ASSIGN, URGENCY, HANDOFF, MERGE, CALLBACK = range(6)
ACTORS = ("contact", "agent", "robot", "rule")
CONTACT, AGENT, ROBOT, RULE = range(4)
OPENERS = ("contact", "agent", "robot", "system")
OUTCOMES = ("fixed", "not_fixed")
WAYS = ("app", "sms", "mail", "web")
TAGS = ("slow_response",)

PRODUCTS = ("商城 App", "智能家居", "会员服务", "支付钱包", "企业版")
REGIONS = ("华东", "华南", "华北", "华中", "西南", "东北", "西北", "Overseas")
REGION_WEIGHTS = (0.29, 0.19, 0.16, 0.11, 0.10, 0.06, 0.04, 0.05)
LEVELS = ("standard", "silver", "gold", "vip")
LEVEL_WEIGHTS = (0.62, 0.22, 0.12, 0.04)


@dataclass(frozen=True)
class Group:
    """A team of agents: name, department, and how slow (> 1) and how friendly (> 0) it is."""

    name: str
    department: str
    slowness: float
    warmth: float


GROUPS = (
    Group("售前咨询组", "销售服务部", 0.85, 0.05),
    Group("订单物流组", "交易服务部", 1.10, -0.10),
    Group("退换货组", "交易服务部", 1.00, 0.00),
    Group("账户安全组", "账户服务部", 0.90, 0.05),
    Group("支付账单组", "账户服务部", 0.95, 0.00),
    Group("技术支持一组", "技术支持部", 1.15, 0.05),
    Group("技术支持二组", "技术支持部", 1.35, -0.15),
    Group("投诉处理组", "客户关系部", 1.05, -0.20),
    Group("VIP 专席", "客户关系部", 0.55, 0.20),
    Group("International Desk", "国际业务部", 1.20, 0.10),
)
COMPLAINTS, VIP_DESK, OVERSEAS_DESK = 7, 8, 9


@dataclass(frozen=True)
class Topic:
    """A reason to write: usual kind, the group it goes to, product (-1 none), share, is it a common question."""

    name: str
    subject: str
    kind: int
    group: int
    product: int
    share: float
    is_common: bool = True


TOPICS = (
    Topic("物流延迟", "包裹一直没有更新", 0, 1, 0, 0.150),
    Topic("退换货", "申请退货退款", 0, 2, 0, 0.120),
    Topic("账户异常", "账户无法登录", 0, 3, 2, 0.095),
    Topic("支付失败", "付款扣款异常", 2, 4, 3, 0.070),
    Topic("产品使用咨询", "功能怎么使用", 0, 0, 1, 0.115),
    Topic("政策解释", "活动规则说明", 0, 0, -1, 0.075),
    Topic("发票问题", "发票抬头与补开", 0, 4, 4, 0.050),
    Topic("会员权益", "会员积分未到账", 0, 3, 2, 0.050, False),
    Topic("设备故障", "设备离线无法连接", 2, 5, 1, 0.080),
    Topic("系统故障", "页面报错打不开", 2, 6, 0, 0.035, False),
    Topic("服务投诉", "对服务不满意", 1, 7, -1, 0.040, False),
    Topic("功能建议", "希望增加功能", 3, 0, 0, 0.020, False),
    Topic("Billing", "Charged twice on my invoice", 0, 9, 3, 0.028),
    Topic("Returns", "How do I return an item", 0, 9, 0, 0.026),
    Topic("Delivery", "Where is my parcel", 0, 9, 0, 0.030),
    Topic("Login problem", "Cannot sign in", 2, 9, 2, 0.016, False),
)
OUTAGE_TOPIC = 9

_SURNAMES: tuple[str, ...] = tuple("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
_GIVEN: tuple[str, ...] = (
    *"芳伟娜敏静磊洋艳勇杰娟涛明超霞平刚文丽强玲辉",
    *("秀英", "桂英", "建国", "晓燕", "志强", "雪梅", "子轩", "浩然", "欣怡", "梓涵", "思远", "佳琪", "宇航", "雨桐"),
)


def person(number: int) -> str:
    """Return a made-up Chinese name; 720 different ones before they repeat."""
    return _SURNAMES[number * 7 % len(_SURNAMES)] + _GIVEN[(number * 11 + number // len(_SURNAMES)) % len(_GIVEN)]


NAMES = tuple(person(number) for number in range(len(_SURNAMES) * len(_GIVEN)))
