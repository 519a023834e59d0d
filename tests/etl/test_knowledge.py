"""Knowledge articles: tables of articles and revisions, and messages that link them (semantics 2.1, 4.19)."""

import pytest

from etl.load.purge import purge
from etl.mapping import parse_mapping
from etl.model import Batch, MappingError
from etl.sources.text_rows import TextRows
from tests.etl.loading import NOW, Desk, desk, fates

KB = """
version: 1
tables:
  - name: tickets
    rows: ticket
    ticket: {id: id, created_at: created}
    messages: [{author_kind: agent, at: answered, article: used}]
  - name: articles
    rows: article
    article: {id: no, title: title, category: about, published_at: published}
  - name: revisions
    rows: revision
    revision: {article: no, at: changed}
  - name: posts
    rows: message
    ticket: {id: ticket}
    messages: [{author_kind: agent, at: sent, public: {column: shown, equals: "1"}, article: used, id: id}]
"""
COLUMNS = {
    "tickets": ("id", "created", "answered", "used"),
    "articles": ("no", "title", "about", "published"),
    "revisions": ("no", "changed"),
    "posts": ("ticket", "sent", "shown", "used", "id"),
}
VERSION = "SELECT value FROM meta WHERE name = 'data_version'"


@pytest.fixture
def at_work() -> Desk:
    return desk(KB)


def take(at_work: Desk, table: str, *rows: tuple[str, ...]) -> tuple[int, int, int, int]:
    return fates(at_work.load(rows, table=table, columns=COLUMNS[table]))


def test_a_table_of_articles_is_loaded(at_work: Desk) -> None:
    assert take(at_work, "articles", ("7", "Refunds", "billing", "2026-01-02 08:00:00"), ("8", "", "", "")) == (
        2,
        0,
        0,
        0,
    )
    found = at_work.all("SELECT src_id, title, category, epoch(published_at) FROM kb_article ORDER BY src_id")
    assert found == [("7", "Refunds", "billing", 1767340800.0), ("8", None, None, None)]


def test_only_what_changed_is_changed_and_an_article_may_be_withdrawn(at_work: Desk) -> None:
    first, second = ("7", "Refunds", "billing", "2026-01-02 08:00:00"), ("8", "Login", "tech", "2026-01-03 08:00:00")
    take(at_work, "articles", first, second)
    version = at_work.all(VERSION)
    assert take(at_work, "articles", first, second) == (0, 0, 2, 0)
    assert at_work.all(VERSION) == version
    assert take(at_work, "articles", first, (*second[:3], "")) == (0, 1, 1, 0)
    assert at_work.all("SELECT src_id FROM kb_article WHERE published_at IS NULL") == ["8"]
    assert at_work.all(VERSION) != version


def test_the_last_row_of_an_article_counts(at_work: Desk) -> None:
    assert take(at_work, "articles", ("7", "Old", "", ""), ("7", "New", "", "")) == (1, 1, 0, 0)
    assert at_work.all("SELECT title FROM kb_article") == ["New"]
    assert at_work.all("SELECT rule, field FROM defect") == [("duplicate_id", "article.id")]


def test_revisions_have_an_article_and_an_instant(at_work: Desk) -> None:
    rows = (
        ("7", "2026-01-02 08:00:00"),
        ("7", "2026-01-05 08:00:00"),
        ("", "2026-01-05 08:00:00"),
        ("7", ""),
        ("7", "x"),
    )
    assert take(at_work, "revisions", *rows) == (2, 0, 0, 3)
    assert at_work.all("SELECT rule, field FROM reject ORDER BY row_no") == [
        ("missing_key", "revision.article"),
        ("missing_key", "revision.at"),
        ("unparsed_cell", "revision.at"),
    ]
    assert take(at_work, "revisions", *rows[:2], ("8", "2026-01-02 08:00:00")) == (1, 0, 2, 0)
    assert len(at_work.all("FROM kb_revision")) == 3


def test_a_revision_belongs_to_its_article_whatever_comes_first(at_work: Desk) -> None:
    take(at_work, "revisions", ("7", "2026-01-02 08:00:00"))
    take(at_work, "articles", ("7", "Refunds", "billing", ""))
    assert at_work.all("SELECT src_id FROM kb_article JOIN kb_revision USING (article_key)") == ["7"]


def test_messages_link_articles_in_public_and_in_notes(at_work: Desk) -> None:
    take(at_work, "articles", ("7", "Refunds", "billing", ""))
    sent = "2026-01-02 08:00:00"
    posts = [("5", sent, "1", "7", "1"), ("5", sent, "0", "9", "2"), ("5", sent, "1", "", "3")]
    assert take(at_work, "posts", *posts) == (3, 0, 0, 0)
    found = at_work.all(
        "SELECT is_public, article_id IS NOT NULL, src_id FROM message"
        " LEFT JOIN kb_article ON article_key = article_id ORDER BY seq"
    )
    assert found == [(True, True, "7"), (False, True, None), (True, False, None)]


def test_a_link_that_is_added_changes_the_message_and_touches_its_ticket(at_work: Desk) -> None:
    take(at_work, "tickets", ("5", "2026-01-01 08:00:00", "", ""))
    post = ("5", "2026-01-02 08:00:00", "1", "", "1")
    take(at_work, "posts", post)
    assert take(at_work, "posts", (*post[:3], "7", "1")) == (0, 1, 0, 0)
    assert at_work.touched[-1] == ("5",)


def test_messages_of_ticket_rows_link_articles_too_beside_tables_of_articles(at_work: Desk) -> None:
    ticket = ("5", "2026-01-01 08:00:00", "2026-01-01 09:00:00", "7")
    batches = [
        Batch("tickets", TextRows.of(COLUMNS["tickets"], [ticket])),
        Batch("articles", TextRows.of(COLUMNS["articles"], [("7", "Refunds", "", "")])),
    ]
    assert fates(at_work.load_all(batches)) == (2, 0, 0, 0)
    assert fates(at_work.load_all(batches)) == (0, 0, 2, 0)
    assert at_work.all("SELECT src_id FROM message JOIN kb_article ON article_key = article_id") == ["7"]
    changed = [Batch("tickets", TextRows.of(COLUMNS["tickets"], [(*ticket[:3], "8")])), batches[1]]
    assert fates(at_work.load_all(changed)) == (0, 1, 1, 0)


def test_a_changed_mapping_starts_the_articles_anew(at_work: Desk) -> None:
    take(at_work, "articles", ("7", "Refunds", "billing", ""))
    take(at_work, "revisions", ("7", "2026-01-02 08:00:00"))
    at_work.con.execute("CREATE TEMP TABLE IF NOT EXISTS touched_ticket (ticket_key BIGINT)")
    at_work.con.execute("CREATE TEMP TABLE IF NOT EXISTS touched_survey (response_key BIGINT)")
    (source,) = at_work.all("SELECT source_no FROM source")
    purge(at_work.con, source, "desk", NOW)
    assert at_work.all("FROM kb_article") == at_work.all("FROM kb_revision") == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("rows: article", "rows: article and the section `article: {id: <column>}` go together"),
        ("rows: revision, revision: {article: a}", "mapping.yaml:3: tables.0.revision.at: "),
        ("rows: revision", "the section `revision: {article: <column>, at: <column>}` go together"),
        ("rows: ticket, ticket: {id: a}, article: {id: a}", "go together"),
        ("rows: article, article: {id: a}, ticket: {id: a}", "rows: article takes only the section article"),
        ("rows: article, article: {id: a}, fold: {sequence: v}", "rows: article takes no fold"),
        ("rows: event, ticket: {id: a}, events: [{kind: followup, at: b, article: c}]", "article"),
    ],
)
def test_an_impossible_table_names_file_and_line(table: str, message: str) -> None:
    with pytest.raises(MappingError) as raised:
        parse_mapping(f"version: 1\ntables:\n  - {{name: t, {table}}}\n")
    assert str(raised.value).startswith("mapping.yaml:3: ")
    assert message in str(raised.value)
