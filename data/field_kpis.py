"""What every KPI loses when a canonical field of a mapping has no values any more: the one place that says so.

Paths are those of a mapping without the numbers of lines: ticket.customer, events.status.at, messages.agent.by.
The longest entry that a path starts with holds. A test holds the names against the catalog of KPIs.
"""

from dataclasses import dataclass

EVERYTHING = ("volume", "frt", "resolution", "backlog", "fcr", "sla_first_reply", "sla_resolution", "csat")
_REPLIES = ("frt", "response_time", "next_reply", "sla_first_reply", "fcr_one_touch", "contacts_per_agent_hour")
_RATINGS = ("csat", "overall_mean", "overall_mean_weighted", "rating_share", "loyalty_share")
_COMPLAINTS = ("complaints", "complaint_rate", "complaints_per_1000", "second_complaints", "slow_complaint_rate")
_RESOLUTIONS = (
    *("resolution", "first_resolution", "resolve_events", "reopen_rate", "resolution_rate", "backlog"),
    *("backlog_age", "fcr", "sla_resolution"),
)


@dataclass(frozen=True)
class Effect:
    """What depends on a field.

    kpis          names of KPIs that lose rows or their value
    dimension     KPIs can no longer be split by it; None = it is no dimension
    is_essential  without it nothing loads
    """

    kpis: tuple[str, ...] = ()
    dimension: str | None = None
    is_essential: bool = False

    def told(self, language: str = "en") -> str:
        """Return it in words, in zh-CN or en; empty when nothing depends on the field."""
        words = _WORDS[language]
        parts = [words["essential"]] if self.is_essential else []
        parts += [words["kpis"].format(", ".join(self.kpis))] if self.kpis else []
        parts += [words["dimension"].format(self.dimension)] if self.dimension else []
        return words["and"].join(parts)


_WORDS = {
    "en": {
        "essential": "nothing loads without it",
        "kpis": "KPIs without it: {}",
        "dimension": "no KPI can be split by {}",
        "and": "; ",
    },
    "zh-CN": {
        "essential": "缺少它则无法入库",
        "kpis": "受影响指标：{}",
        "dimension": "所有指标无法按 {} 细分",
        "and": "；",
    },
}


def _key(*kpis: str) -> Effect:
    return Effect(kpis, is_essential=True)


def _split(dimension: str, *kpis: str) -> Effect:
    return Effect(kpis, dimension)


FIELD_KPIS: dict[str, Effect] = {
    "fold.sequence": _key(*EVERYTHING),
    "ticket.id": _key(*EVERYTHING),
    "ticket.created_at": _key(*EVERYTHING),
    "ticket.created_by": Effect(("frt", "requester_wait")),
    "ticket.channel": _split("channel", "ai_involvement"),
    "ticket.channel_detail": _split("channel_detail"),
    "ticket.type": _split("type", *_COMPLAINTS),
    "ticket.category": _split("category", "top_reuse", "top_coverage"),
    "ticket.is_common": _split("issue"),
    "ticket.product": _split("product"),
    "ticket.priority": _split("priority", "sla_first_reply", "sla_resolution", "urgent_reach"),
    "ticket.team": _split("team"),
    "ticket.agent": _split("agent", "tickets_per_agent", "load_spread"),
    "ticket.customer": Effect(("fcr", "repeat_share", "complaints_per_1000", "second_complaints", "cost_of_repeats")),
    "ticket.region": _split("region"),
    "ticket.tier": _split("tier"),
    "ticket.tags": _split("tag", "slow_complaint_rate", "slow_complaint_followup"),
    "ticket.is_spam": Effect(("volume", "frt", "backlog")),
    "ticket.is_test": Effect(("volume", "frt", "backlog")),
    "ticket.is_deleted": Effect(("volume", "frt", "backlog")),
    "ticket.merged_into": Effect(("volume", "frt", "backlog")),
    "ticket.resolution_kind": Effect(("resolution_rate",)),
    "ticket.solution_complete": Effect(("complete_share",)),
    "ticket.given_resolution_s": Effect(("resolution",)),
    "events.status": Effect(_RESOLUTIONS),
    "events.assign": Effect(
        ("transfer_share", "transfers_per_ticket", "first_owner_share", "reach_rate", "unassigned")
    ),
    "events.priority": Effect(("sla_first_reply", "sla_resolution")),
    "events.handoff": Effect(("ai_involvement", "ai_containment")),
    "events.merge": Effect(("volume", "backlog")),
    "events.followup": Effect(
        ("followup_24h", "followup_effective", "followup_satisfied", "slow_complaint_followup")
    ),
    "events": Effect((*_RESOLUTIONS, "transfer_share", "reach_rate")),
    "messages.agent": Effect(_REPLIES),
    "messages.bot": Effect(("ai_involvement", "ai_containment", "ai_response")),
    "messages.customer": Effect(("response_time", "next_reply", "waiting_now")),
    "messages": Effect((*_REPLIES, "waiting_now", "ai_involvement")),
    "due.first_reply": Effect(("sla_first_reply",)),
    "due.resolution": Effect(("sla_resolution",)),
    "vendor": Effect(("vendor_share", "vendor_mean", "vendor_sum")),
    "survey.id": _key(*_RATINGS, "csi", "nps"),
    "survey.submitted_at": _key(*_RATINGS, "csi", "nps"),
    "survey.overall": Effect(_RATINGS),
    "survey.dimensions": Effect(("csi", "csi_complete_case", "dimension_mean", "dimension_top2")),
    "survey.nps": Effect(("nps", "nps_weighted")),
    "survey.effort": Effect(("ces",)),
    "survey.solved_first": Effect(("fcr_survey",)),
    "survey.resolved_confirmed": Effect(("survey_confirmed",)),
    "survey.weight": Effect(("overall_mean_weighted", "nps_weighted")),
    "survey.seconds": Effect(("valid_rate", "survey_valid")),
    "survey.offered_at": Effect(("response_rate", "survey_coverage", "survey_invited")),
    "survey.ticket": Effect(("survey_coverage", "csat")),
    "agent.id": _key("slow_complaint_followup"),
    "agent.role": Effect(("slow_complaint_followup",)),
    "article.id": _key("article_links", "top_reuse", "top_coverage"),
    "article.category": Effect(("top_coverage",)),
    "article.published_at": Effect(("top_coverage", "revision_period", "article_changes")),
    "revision": Effect(("revision_period", "article_changes")),
}


def effect_of(path: str) -> Effect:
    """Return what depends on a canonical field; an Effect without anything for a field that no KPI reads."""
    steps = path.split(".")
    if steps[0] == "custom":
        return Effect(dimension=path)
    for length in range(len(steps), 0, -1):
        found = FIELD_KPIS.get(".".join(steps[:length]))
        if found is not None:
            return found
    return Effect()
