"""Tables whose rows are no part of a ticket: the staff, knowledge articles and their revisions."""

from etl.mapping.fields import ColumnField, Strict

# grain, which is its section too -> the fields it needs
ALONE = {"agent": ("id", "role"), "article": ("id",), "revision": ("article", "at")}


class AgentFields(Strict):
    """Columns of a table of agents; `role` is the one of now, told to the figures of supervisors (semantics 12.8)."""

    id: ColumnField
    role: ColumnField


class ArticleFields(Strict):
    """Columns of a table of knowledge articles; `category` is the ticket category an article is for (4.19)."""

    id: ColumnField
    title: ColumnField | None = None
    category: ColumnField | None = None
    published_at: ColumnField | None = None


class RevisionFields(Strict):
    """Columns of a table of revisions of articles; without an id there is one per article and instant."""

    article: ColumnField
    at: ColumnField
    id: ColumnField | None = None
