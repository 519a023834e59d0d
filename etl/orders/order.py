"""An order: a verb of the command line with its arguments, and how it is carried out."""

from abc import abstractmethod
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict

from etl.model import LoadReport
from etl.premises import Premises
from etl.schedule.progress import Progress


def _nobody(_: object) -> None:
    """Hear of something, and do nothing about it."""


def _free(source_id: str, waits: Callable[[], object]) -> AbstractContextManager[object]:
    """Return what keeps nobody away, because there is nobody."""
    return nullcontext()


@dataclass(frozen=True)
class Place:
    """Where an order is carried out, and who is told.

    say      is told each line for the person who gave the order
    heard    is told each committed load
    begins   is told how far the first load of a source is, as long as the order is under way
    again    has a source of the schedule tried again
    alone    keeps a source from being pulled meanwhile; its second argument is called when that has to be waited for
    is_read  others read the warehouse meanwhile, and must not see it half changed
    """

    home: Premises
    clock: Callable[[], datetime]
    say: Callable[[str], object]
    heard: Callable[[LoadReport], object] = _nobody
    begins: Callable[[Progress], object] = _nobody
    again: Callable[[str], object] = _nobody
    alone: Callable[[str, Callable[[], object]], AbstractContextManager[object]] = _free
    is_read: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """Return the desk's zone."""
        return self.home.settings.zone


class Order(BaseModel):
    """A verb with its arguments, the same wherever it is carried out.

    is_private  it names a person: neither arguments nor unexpected errors of it may be logged
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)
    verb: ClassVar[str]
    is_private: ClassVar[bool] = False

    @property
    def source_id(self) -> str | None:
        """Return the source it is about; None = the warehouse as a whole."""
        return None

    def is_run(self, known: Collection[str]) -> bool:
        """Return whether a failure of it is that of a run of its source; `known` are the sources of the settings."""
        return False

    @abstractmethod
    def carry_out(self, place: Place) -> None:
        """Do it, and tell it line by line; raises what keeps it from being done."""


class SourceOrder(Order):
    """An order about one source."""

    source: str

    @property
    def source_id(self) -> str:
        """Return the source it is about."""
        return self.source


def _whole(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("the whole path is wanted, from the root on")
    return path


WholePath = Annotated[Path, AfterValidator(_whole)]
