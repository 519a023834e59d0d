"""What is printed as the basis of a figure (semantics 1.6)."""

from metrics.model import Text

BY_CREATED: Text = {"en": "by creation", "zh-CN": "按创建时间"}
BY_REPLY: Text = {"en": "by first reply", "zh-CN": "按首次响应时间"}
BY_TURN: Text = {"en": "by the reply", "zh-CN": "按答复时间"}
BY_BOT_REPLY: Text = {"en": "by the bot's first reply", "zh-CN": "按机器人首次答复时间"}
BY_LAST_RESOLUTION: Text = {"en": "by last resolution", "zh-CN": "按最后一次解决时间"}
BY_FIRST_RESOLUTION: Text = {"en": "by first resolution", "zh-CN": "按首次解决时间"}
BY_EVENT: Text = {"en": "by the event's own instant", "zh-CN": "按事件发生时间"}
BY_DECISION: Text = {"en": "by decision instant", "zh-CN": "按判定时间"}
BY_OFFER: Text = {"en": "by the sending of the invitation", "zh-CN": "按邀请发出时间"}
BY_SUBMISSION: Text = {"en": "by submission", "zh-CN": "按提交时间"}
SNAPSHOT: Text = {"en": "snapshot at the end of the period", "zh-CN": "期末快照"}
BY_EXIT: Text = {"en": "by the end of the visit", "zh-CN": "按离开环节的时间"}
BY_LIMIT: Text = {"en": "by the instant the limit passed", "zh-CN": "按超时时刻"}
