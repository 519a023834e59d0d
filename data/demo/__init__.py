"""The demo desk: a living helpdesk in a SQLite file of its own shape."""

from data.demo.desk import Living, create
from data.demo.export import export

__all__ = ["Living", "create", "export"]
