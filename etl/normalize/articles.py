"""Tables of knowledge articles and of their revisions (semantics 2.1, 4.19)."""

from etl.normalize.forms import INSTANT, KEY, TEXT
from etl.normalize.slots import Form
from etl.normalize.tickets import account, fold
from etl.normalize.work import Work

NEEDED_INSTANT = Form("instant", essential=True, required=True)


def plan_articles(work: Work) -> None:
    """Lay out the slots of the article or revision section."""
    article, revision = work.table.article, work.table.revision
    if article is not None:
        for name, form in (("id", KEY), ("title", TEXT), ("category", TEXT), ("published_at", INSTANT)):
            work.add(f"article.{name}", getattr(article, name), form)
    if revision is not None:
        for name, form in (("article", KEY), ("at", NEEDED_INSTANT), ("id", TEXT)):
            work.add(f"revision.{name}", getattr(revision, name), form)


def insert_article_rows(work: Work) -> None:
    """Append the articles, the last row of each; every row counts as read."""
    fold(work, "article_key")
    columns = {
        "article_key": "t.article_key",
        "src_id": work.value("article.id"),
        **{name: work.value(f"article.{name}") for name in ("title", "category")},
        "published_at": work.value("article.published_at", "TIMESTAMPTZ"),
    }
    work.insert("norm_article", columns | _origin(work), work.folded)
    account(work, "article", "article_key")


def insert_revision_rows(work: Work) -> None:
    """Append the revisions, the last row of each."""
    fold(work, "revision_key")
    columns = {
        "revision_key": "t.revision_key",
        "article_key": "t.article_key",
        "revised_at": work.value("revision.at", "TIMESTAMPTZ"),
    }
    work.insert("norm_revision", columns | _origin(work), work.folded)
    account(work, "revision", "revision_key")


def _origin(work: Work) -> dict[str, str]:
    return {"source_no": str(work.source_no), "row_no": "t.row_no", "table_name": work.name}
