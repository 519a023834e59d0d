"""Rows as they may be shown to whoever looks after the data.

What the mapping says of a column decides: hidden, masked or shown whole (decision 26). Where it says nothing, or does
not read the column, its name and the look of its value do.
"""

import json
import re
from collections.abc import Mapping

from metrics.policies import NONE, Policies

HIDDEN = "•••"
HASH = re.compile(r"h:[0-9a-f]{32}")  # what etl left of a text; the same person has the same one
LONGEST = 60  # characters of a value; what is longer is free text and may tell anything
SHOWN = 24  # of them are shown of free text
MOST = 40  # columns of a row
# Numbers, instants and words of a program: codes in lower case, with a digit or in capitals with a number.
PLAIN = re.compile(r"(?=[^ ]*\d)[\w.:/+-]{1,40}(?: [\d.:+-]{1,20})?|[a-z0-9_.:/-]{1,24}", re.ASCII)
# Columns that hold people, in the words that helpdesks use for them.
PERSONAL = re.compile(
    r"(?<![a-z])(?:name|first_?name|last_?name|full_?name|user_?name|nick_?name|customer|client|contact|requester"
    r"|caller|sender|author|actor|agent|operator|staff|user|owner|assignee|resolver|handler|person|(?:\w+_)?by|mail|e_?mail|phone|mobile|tel|telephone|address|street"
    r"|wechat|openid|ip|password|token|secret|birthday|id_?card|passport)(?![a-z])"
    r"|姓名|名字|客户|客服|用户|处理人|经办|负责人|坐席|联系|电话|手机|邮箱|地址|微信|身份证|昵称|密码|称呼",
    re.IGNORECASE,
)
IDENTIFIES = re.compile(r"(?:^|_)(?:id|key|no|number|type|kind|status|role|region|tier|level)$", re.IGNORECASE)
PLACES = (
    re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),  # an e-mail address
    re.compile(r"(?<![\d.])(?:\+|00)[1-9][\d ()-]{7,}\d"),  # a phone number with its country
    re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"),  # a Chinese mobile number
    re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"),  # a Chinese landline
    re.compile(r"(?<!\d)\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"),  # an American one
    re.compile(r"(?<!\d)\d{15}(?:\d{2}[\dXx])?(?!\d)"),  # an identity card; also 15 digits of a bank card
    re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?:[ -]?\d{3})?(?!\d)"),  # a bank card
)


def masked(text: str | None) -> str | None:
    """Return a text without addresses and numbers that reach a person; None stays None.

    >>> masked("call 13812345678 or ann@example.org")
    'call ••• or •••'
    """
    if text is None:
        return None
    for place in PLACES:
        text = place.sub(HIDDEN, text)
    return text


def masked_row(payload: str | None, said: Policies = NONE, table: str | None = None) -> Mapping[str, str]:
    """Return a rejected row (a JSON object) column by column: people hidden, free text cut, empty cells left out.

    said   what the mapping says of the columns of `table`
    A payload that is no object stands under the name "".
    """
    found = json.loads(payload) if payload else {}
    cells = found if isinstance(found, dict) else {"": found}
    told = [(str(column), value) for column, value in cells.items() if value not in (None, "")]
    return {column: masked_cell(column, _text(value), said.of_column(table, column)) for column, value in told[:MOST]}


def masked_cell(column: str, value: str, policy: str | None = None) -> str:
    """Return the value of a column as its policy leaves it; without one as its name and its look suggest.

    >>> masked_cell("customer_name", "Li Lei"), masked_cell("customer_id", "c-17"), masked_cell("status", "Opne")
    ('•••', 'c-17', 'Opne')
    >>> masked_cell("agent_name", "Li Lei", "keep"), masked_cell("status", "Li Lei", "drop")
    ('Li Lei', '•••')
    """
    if policy is None and PERSONAL.search(column) and not IDENTIFIES.search(column):
        return HIDDEN
    found = governed(value, policy) or ""
    return found if len(found) <= LONGEST else f"{found[:SHOWN]}… ({len(found):,})"


def governed(value: str | None, policy: str | None) -> str | None:
    """Return what a policy leaves of a value to be shown; without one it is masked. None stays None."""
    if value is None or policy == "keep":
        return value
    if policy in ("drop", "hash"):
        return value if HASH.fullmatch(value) else HIDDEN
    return masked(value)


def plain(row: Mapping[str, str]) -> Mapping[str, str]:
    """Return a masked row for readers who may be anybody: numbers, instants and codes; every other text hidden.

    >>> plain({"status": "in_review", "at": "2026-11-18 14:31:07", "note": "Li Lei", "topic": "发票"})
    {'status': 'in_review', 'at': '2026-11-18 14:31:07', 'note': '•••', 'topic': '•••'}
    """
    return {column: value if PLAIN.fullmatch(value) else HIDDEN for column, value in row.items()}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
