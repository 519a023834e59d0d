"""The systems that are pulled on a schedule, as people write them in settings (docs/settings.md)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data.cron import parse_cron
from data.remote_rules import RemoteRule, is_remote

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
USUAL_EVERY_S = 60.0
PUSH_EVERY_S = 5.0  # looking into the inbox asks nobody
PLACES = ("url", "path", "token", "user", "since", "event_id")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "sql": ("url",),
    "file": ("path",),
    "zendesk": ("url", "token"),
    "freshdesk": ("url", "token"),
    "jira": ("url", "token", "user"),
    "intercom": ("url", "token"),
    "chatwoot": ("url", "token"),
    "push": ("token",),
}
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    "zendesk": ("user", "since"),
    "freshdesk": ("since",),
    "jira": ("since",),
    "intercom": ("since",),
    "chatwoot": ("since",),
    "push": ("event_id",),
}


class SourceRule(BaseModel):
    """A system that is pulled on a schedule.

    kind        how it is read (etl/pull/intakes.py)
    url         address of the database (sql) or of the system; ${NAME}, ${NAME:-default} and ${file:/path} keep
                secrets out of the file
    path        file or folder, or address of a folder (file)
    token       what opens a system over the web, and user, whose it is (jira; zendesk without one: of OAuth); what a
                system sends its events with (push)
    event_id    field of pushed events that tells one from another; null = their whole content does
    since       first day that is read over the web; null = all there is
    every_s     seconds between pulls; null = 60 (push: 5), or as `cron` says
    cron        minute hour day month weekday on the desk's clock, instead of every_s
    jitter_s    each pull comes up to so many seconds later, so that many desks do not ask one system at once
    remote      (file) who asks for the files where path is an address, sftp://... or s3://... (data/remote_rules.py)
    archive     (file) folder files are moved into once they are loaded; null = they stay where they are
    quarantine  (file) folder for files that cannot be loaded, with the reason beside them; null = they stay
    order       (file) files are loaded by name, or by the time of their last change
    max_age_s   older than this the numbers count as stale; null = two turns without a delivery (files: two days)
    max_bad_share  a load with a larger share of bad rows is refused whole, from 20 of them on
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Name
    name: str
    kind: Literal["sql", "file", "zendesk", "freshdesk", "jira", "intercom", "chatwoot", "push"]
    url: str | None = None
    path: str | None = None
    token: str | None = None
    user: str | None = None
    since: date | None = None
    event_id: str | None = None
    remote: RemoteRule | None = None
    archive: Path | None = None
    quarantine: Path | None = None
    order: Literal["name", "date"] = "name"
    mapping: Path
    every_s: Annotated[float, Field(gt=0)] | None = None
    cron: str | None = None
    jitter_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    max_age_s: Annotated[int, Field(gt=0)] | Literal["never"] | None = None
    max_bad_share: Annotated[float, Field(ge=0, le=1)] = 0.5

    @property
    def interval_s(self) -> float:
        """Return the seconds between two pulls of a source without a line of cron."""
        return self.every_s or (PUSH_EVERY_S if self.kind == "push" else USUAL_EVERY_S)

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, line: str | None) -> str | None:
        if line is not None:
            parse_cron(line)
        return line

    @model_validator(mode="after")
    def _has_a_place(self) -> "SourceRule":
        given = {name for name in PLACES if getattr(self, name) is not None}
        needed, possible = NEEDED[self.kind], POSSIBLE.get(self.kind, ())
        missing, strange = set(needed) - given, given - {*needed, *possible}
        if missing or strange:
            wanted = " and ".join(map(repr, needed)) + "".join(f", perhaps {name!r}" for name in possible)
            others = "".join(f" and no {name!r}" for name in PLACES if name in strange)
            raise ValueError(f"a source of kind {self.kind} has {wanted}{others}")
        return self

    @property
    def is_drop(self) -> bool:
        """Return whether files are moved, or loaded in an order of their own."""
        return self.archive is not None or self.quarantine is not None or self.order != "name"

    @model_validator(mode="after")
    def _folders_differ(self) -> "SourceRule":
        if self.is_drop and self.kind != "file":
            raise ValueError(f"archive, quarantine and order are for files, a source of kind {self.kind} has none")
        folders = [Path(self.path or "."), *(place for place in (self.archive, self.quarantine) if place is not None)]
        if len(set(folders)) < len(folders):
            raise ValueError("path, archive and quarantine are folders of their own, two of them are the same")
        return self

    @model_validator(mode="after")
    def _remote_folder_is_an_address(self) -> "SourceRule":
        if not is_remote(self.path):
            if self.remote is not None:
                raise ValueError("`remote` is for a path that is an address, sftp://... or s3://...")
            return self
        if self.archive is not None or self.quarantine is not None:
            raise ValueError("archive and quarantine move files of a folder here; a remote folder is only read")
        (self.remote or RemoteRule()).check(self.path or "")
        return self

    @model_validator(mode="after")
    def _has_one_rhythm(self) -> "SourceRule":
        if self.cron is not None and self.every_s is not None:
            raise ValueError("a source has every_s or cron, not both; remove one of them")
        return self
