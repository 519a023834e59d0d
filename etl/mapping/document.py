"""Reading a mapping file; every error names file, line and field, and says what would do."""

from pathlib import Path

from data.strict_yaml import StrictYamlError, load_strict, parse_strict, validated
from etl.mapping.model import Mapping
from etl.model import MappingError


def load_mapping(path: Path) -> Mapping:
    """Return the mapping in a file; raises MappingError."""
    try:
        data, lines = load_strict(path)
        return validated(data, lines, str(path), Mapping).named(path.name, lines)
    except StrictYamlError as error:
        raise MappingError(str(error)) from None


def parse_mapping(text: str, name: str = "mapping.yaml") -> Mapping:
    """Return the mapping in YAML text; raises MappingError."""
    try:
        data, lines = parse_strict(text, name)
        return validated(data, lines, name, Mapping).named(name, lines)
    except StrictYamlError as error:
        raise MappingError(str(error)) from None
