"""What every place of the canonical model takes (semantics 2.1, 12.1)."""

from etl.mapping import Field
from etl.mapping.model import AUTHORS, CHANNELS, CREATORS, PRIORITIES, RESOLUTIONS, TYPES
from etl.normalize.slots import Form

KEY = Form(required=True)
TEXT = Form()
GIVEN = Form(numeric=True)
BOOLEAN = Form("boolean")
INTEGER = Form("integer")
NUMBER = Form("number")
SECONDS = Form("duration_s")
TAGS = Form("tags")
INSTANT = Form("instant")
VITAL_INSTANT = Form("instant", essential=True)
VERSION = Form("version", essential=True)
CHANNEL = Form("closed", CHANNELS, "unknown_channel")
AUTHOR = Form("closed", AUTHORS, "unknown_author_kind")

TICKET_FORMS = {
    "id": KEY,
    "created_at": VITAL_INSTANT,
    "created_by": Form("closed", CREATORS, "unknown_created_by"),
    "channel": CHANNEL,
    "channel_detail": TEXT,
    "type": Form("closed", TYPES, "unknown_type"),
    "category": TEXT,
    "is_common": BOOLEAN,
    "product": TEXT,
    "priority": Form("closed", PRIORITIES, "unknown_priority"),
    "team": TEXT,
    "agent": TEXT,
    "customer": TEXT,
    "customer_is_new": BOOLEAN,
    "region": TEXT,
    "tier": TEXT,
    "tags": TAGS,
    "is_spam": BOOLEAN,
    "is_test": BOOLEAN,
    "is_deleted": BOOLEAN,
    "merged_into": TEXT,
    "resolution_kind": Form("closed", RESOLUTIONS, "unknown_resolution_kind"),
    "solution_complete": BOOLEAN,
    "reason_breach": TEXT,
    "given_resolution_s": SECONDS,
}

SURVEY_FORMS = {
    "submitted_at": VITAL_INSTANT,
    "offered_at": INSTANT,
    "ticket": TEXT,
    "customer": TEXT,
    "agent": TEXT,
    "team": TEXT,
    "overall": NUMBER,
    "nps": INTEGER,
    "effort": NUMBER,
    "solved_first": BOOLEAN,
    "resolved_confirmed": BOOLEAN,
    "weight": NUMBER,
    "seconds": SECONDS,
    "mode": TEXT,
    "source_tag": TEXT,
}


def free_form(field: Field) -> Form:
    """Return the form of a vendor or custom field: its own type, text without one, boolean for a comparison."""
    if field.when is not None or field.equals is not None:
        return BOOLEAN
    return Form(field.type or "text")


def typed_form(field: Field | None, form: Form) -> Form:
    """Return `form` with the unit of time that the field declares."""
    is_duration = field is not None and (field.type or "").startswith("duration")
    if is_duration and form.kind.startswith("duration") and field is not None and field.type:
        return Form(field.type, form.words, form.rule, form.essential, form.required)
    return form


def version_form(field: Field) -> Form:
    """Return the form of a fold sequence: an instant when declared so, else whole number or ISO instant."""
    return VITAL_INSTANT if field.type == "instant" else VERSION
