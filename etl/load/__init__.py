"""Loading: staged canonical rows move into the warehouse in one transaction."""

from etl.load.load import load

__all__ = ["load"]
