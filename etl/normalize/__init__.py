"""Rows as the source has them become canonical rows (semantics 2); bad rows are set aside, none is lost."""

from etl.normalize.batch import Normalized, normalize
from etl.normalize.staging import clear, create

__all__ = ["Normalized", "clear", "create", "normalize"]
