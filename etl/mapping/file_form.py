"""How files are read as tables: their form, their header, and several rows that make one."""

from typing import Annotated, Literal, Self

from pydantic import Field as Spec
from pydantic import model_validator

from etl.mapping.fields import Condition, Strict


class Gather(Strict):
    """Rows that are one answer each, put together: one row per `by`, one column per value of `name`."""

    by: str
    name: str
    value: str


class HeaderForm(Strict):
    """Which rows of a sheet or CSV file are its header; rows without anything in them do not count.

    skip  rows above it that are none of it
    rows  rows of the header
    name  the one of them that names the columns, from 1; None = all of them, joined by " / "
    """

    skip: Annotated[int, Spec(ge=0, le=100)] = 0
    rows: Annotated[int, Spec(ge=1, le=10)] = 1
    name: Annotated[int, Spec(ge=1)] | None = None

    @model_validator(mode="after")
    def _name_is_a_row(self) -> Self:
        if self.name is not None and self.name > self.rows:
            raise ValueError(f"name is row {self.name} of the header, which has {self.rows}")
        return self


class FileForm(Strict):
    """How a file is read; everything left out is taken from suffix and content.

    header  which rows name the columns; the first one unless said otherwise
    only    rows whose columns have the given values; the others are not rows of this table
    gather  several rows make one
    records name of the list that holds the rows of a JSON file, dotted for one further in
    """

    format: Literal["csv", "xlsx", "parquet", "jsonl", "json"] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    pattern: str | None = None
    only: Condition | None = None
    gather: Gather | None = None
    records: str | None = None
    header: HeaderForm = HeaderForm()
