"""Knowledge base 知识库: links, reuse, coverage, how often it is revised (semantics 4.19, 12.11)."""

from metrics.catalog.basis import BY_EVENT, BY_FIRST_RESOLUTION
from metrics.kinds.counting import Count
from metrics.kinds.knowledge import LinkRate, RevisionPeriod, TopCoverage, TopReuse
from metrics.metric import Anchor, Metric
from metrics.model import DIMENSIONS, Text, Unit

LINKED = Anchor(
    "(SELECT f.*, coalesce(l.is_public, false) AS is_public, coalesce(l.is_note, false) AS is_note,"
    " l.case_key IS NOT NULL AS is_linked FROM fact_first_resolution f"
    " LEFT JOIN fact_linked l ON l.case_key = f.case_key)",
    "resolved_at",
    "resolved_day",
)
NOWHERE = ", ".join(f"0 AS {name}" for name in DIMENSIONS if name != "category")
CHANGED = (
    "(SELECT k.article_key, NULL::BIGINT AS case_key, k.changed_at, NULL::TIMESTAMPTZ AS created_at,"
    f" coalesce(m.member_id, 0) AS category, {NOWHERE}"
    " FROM (SELECT article_key, published_at AS changed_at FROM kb_article WHERE published_at <= $as_of::TIMESTAMPTZ"
    " UNION SELECT article_key, revised_at FROM kb_revision WHERE revised_at <= $as_of::TIMESTAMPTZ) k"
    " LEFT JOIN kb_article a ON a.article_key = k.article_key"
    " LEFT JOIN member m ON m.dimension = 'category' AND m.label = a.category)"
)
NEXT = "lead(changed_at) OVER (PARTITION BY article_key ORDER BY changed_at)"
INTERVALS = (
    "(SELECT *, coalesce(next_at, $as_of::TIMESTAMPTZ) AS ended_at, next_at IS NULL AS is_open,"
    " epoch_us(coalesce(next_at, $as_of::TIMESTAMPTZ)) - epoch_us(changed_at) AS lasted_us"
    f" FROM (SELECT *, {NEXT} AS next_at FROM {CHANGED}))"
)
CHANGES = Anchor(CHANGED, "changed_at", None, row_key="article_key", has_creation=False)
BETWEEN = Anchor(INTERVALS, "ended_at", None, row_key="article_key", has_creation=False)
ISSUES: Text = {
    "en": "Cases of a category; the 20 categories with the most cases first resolved in the period",
    "zh-CN": "有分类的工单；TOP-20 为期间内首次解决工单最多的 20 个分类",
}

METRICS = (
    Metric(
        name="article_links",
        title={"en": "Cases with a linked article", "zh-CN": "知识库引用率"},
        definition={
            "en": "Cases first resolved in which an agent linked a knowledge article, in a public reply or a note / "
            "cases first resolved; both shown apart",
            "zh-CN": "首次解决的工单中，客服在公开回复或内部备注中引用知识库文章的占比；两者分列",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=LINKED,
        kind=LinkRate("is_linked", "TRUE", beside=(("public", "is_public"), ("note", "is_note"))),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.19, 12.11; R-089; decision 20",
        interval="Wilson",
    ),
    Metric(
        name="top_reuse",
        title={"en": "Article reuse on TOP-20 issues", "zh-CN": "TOP20 知识复用率"},
        definition={
            "en": "Cases of the TOP-20 categories in which an agent linked an article / cases of these categories",
            "zh-CN": "TOP-20 问题分类的工单中引用知识库文章的占比",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=LINKED,
        kind=TopReuse(),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.19; R-089; decision 20",
        population=ISSUES,
        interval="Wilson",
    ),
    Metric(
        name="top_coverage",
        title={"en": "TOP-20 issues with an article", "zh-CN": "TOP20 知识覆盖率"},
        definition={
            "en": "TOP-20 categories with an article published by now / these categories, 20 or as many as there are",
            "zh-CN": "TOP-20 问题分类中已有发布文章的占比（不足 20 类时按实有类数）",
        },
        unit=Unit.PERCENT,
        better="higher",
        anchor=LINKED,
        kind=TopCoverage(),
        basis=BY_FIRST_RESOLUTION,
        source="semantics 4.19; R-089; decision 20",
        population=ISSUES,
    ),
    Metric(
        name="revision_period",
        title={"en": "Days between revisions of articles", "zh-CN": "知识库更新周期"},
        definition={
            "en": "Days of all intervals from a publication or revision to the next revision / revisions; intervals "
            "still open count with their days so far",
            "zh-CN": "各文章自发布或修订至下次修订的天数合计 ÷ 修订次数；尚未再修订的按至今天数计入（右删失）",
        },
        unit=Unit.DAYS,
        better="lower",
        anchor=BETWEEN,
        kind=RevisionPeriod(),
        basis={"en": "by the revision that ends the interval", "zh-CN": "按结束该间隔的修订时间"},
        source="semantics 4.19; R-087; decision 20",
        start={"en": "Publication or revision of an article", "zh-CN": "文章发布或修订"},
        stop={"en": "Its next revision, or now", "zh-CN": "该文章下次修订，或至今"},
        population={"en": "Knowledge articles", "zh-CN": "知识库文章"},
        fixed_clock="elapsed",
    ),
    Metric(
        name="article_changes",
        title={"en": "New or revised articles", "zh-CN": "知识新增/修订数"},
        definition={
            "en": "Publications and revisions of articles; a revision in the instant of the publication is none",
            "zh-CN": "文章发布与修订次数；与发布同一时刻的修订不另计",
        },
        unit=Unit.COUNT,
        better="higher",
        anchor=CHANGES,
        kind=Count(),
        basis=BY_EVENT,
        source="semantics 4.19; R-088; decision 20",
        population={"en": "Knowledge articles", "zh-CN": "知识库文章"},
        digits=0,
    ),
)
