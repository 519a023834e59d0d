"""Mappings: other people's columns to canonical fields, as data and never as code."""

from etl.mapping.document import load_mapping, parse_mapping
from etl.mapping.fields import Field, Part
from etl.mapping.model import EventLine, Mapping, MessageLine, SurveyFields, TableMapping, TicketFields

__all__ = [
    "EventLine",
    "Field",
    "Mapping",
    "MessageLine",
    "Part",
    "SurveyFields",
    "TableMapping",
    "TicketFields",
    "load_mapping",
    "parse_mapping",
]
