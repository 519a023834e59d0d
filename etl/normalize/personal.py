"""What is kept of texts that may tell who somebody is: a salted hash, nothing, all, or all but addresses."""

from etl.mapping import Field
from etl.normalize.sqltext import literal
from etl.people.patterns import masked_sql

KEEP = "keep"
_FREE = ("custom.", "survey.custom.", "ticket.reason_breach")  # may be anything: masked unless the field says more
_HASHED = "h:[0-9a-f]{32}"


def policy_of(path: str, field: Field, kind: str) -> str:
    """Return hash, drop, keep or mask: the field's own, else mask for free text and keep for all else."""
    if field.policy is not None:
        return field.policy
    return "mask" if kind == "text" and path.startswith(_FREE) else KEEP


def governed(text: str, policy: str, salt: str) -> str:
    """Return SQL for what a policy leaves of a text; NULL stays NULL, and doing it again changes nothing."""
    if policy == "drop":
        return "NULL::VARCHAR"
    if policy == "mask":
        return masked_sql(text)
    if policy == "hash":
        digest = f"'h:' || left(sha256({literal(salt + '|')} || {text}), 32)"
        return f"CASE WHEN regexp_full_match({text}, '{_HASHED}') THEN {text} ELSE {digest} END"
    return text
