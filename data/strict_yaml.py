"""Strict YAML: what is written is what is read, and every error names file and line.

No key twice; only true and false are booleans; `010`, `12:30`, `2024-01-02`, `on` and `no` stay text.
Pydantic errors become `file.yaml:12: path.to.field: what is wrong, what would do`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Lines = Mapping[tuple[str | int, ...], int]
ModelT = TypeVar("ModelT", bound=BaseModel)

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
_FRACTION = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?$|^[-+]?(?:0|[1-9][0-9]*)\.$")
_TRUTH = re.compile(r"^(?:true|false)$")
_NULL = re.compile(r"^(?:~|null|)$")


class StrictYamlError(ValueError):
    """The file cannot be used; the message has one line per fault, each `file:line: path: what, what would do`."""


class _Loader(yaml.SafeLoader):
    """SafeLoader without guesses."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_Loader.add_implicit_resolver(_TAG + "bool", _TRUTH, list("tf"))
_Loader.add_implicit_resolver(_TAG + "int", _WHOLE, list("-+0123456789"))
_Loader.add_implicit_resolver(_TAG + "float", _FRACTION, list("-+.0123456789"))
_Loader.add_implicit_resolver(_TAG + "null", _NULL, ["~", "n", ""])


def load_strict(path: Path) -> tuple[Any, Lines]:
    """Return the document and the line of every path in it; an empty file is None.

    Raises StrictYamlError: unreadable, not UTF-8, not YAML, a key twice, an alias or a tag of its own.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StrictYamlError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StrictYamlError(f"{path}:1: cannot be read as UTF-8 text: {error}") from None
    return parse_strict(text, str(path))


def parse_strict(text: str, name: str) -> tuple[Any, Lines]:
    """Return document and lines of YAML text; `name` stands for the file in errors."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            return None, {(): 1}
        lines = dict(_walk(node, (), name))
        return yaml.load(text, Loader=_Loader), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise StrictYamlError(f"{name}:{line}: not valid YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise StrictYamlError(f"{name}:1: not valid YAML: {error}") from None
    except RecursionError:
        raise StrictYamlError(f"{name}:1: nested too deeply") from None


def _walk(node: yaml.Node, path: tuple[str | int, ...], name: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        yield from _walk_mapping(node, path, name)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _walk(item, (*path, number), name)


def _walk_mapping(
    node: yaml.MappingNode, path: tuple[str | int, ...], name: str
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise StrictYamlError(f"{name}:{line}: {_dotted(path)}: a key must be plain text")
        if key.value in seen:
            first = seen[key.value]
            raise StrictYamlError(
                f"{name}:{line}: {_dotted((*path, key.value))}: key given twice (first in line {first}), keep one"
            )
        seen[key.value] = line
        for inner, inner_line in _walk(value, (*path, key.value), name):
            yield inner, line if inner == (*path, key.value) else inner_line


def model_from(path: Path, model: type[ModelT]) -> ModelT:
    """Return the file as an instance of `model`; raises StrictYamlError naming file, line, field and remedy."""
    data, lines = load_strict(path)
    return validated(data, lines, str(path), model)


def validated(data: Any, lines: Lines, name: str, model: type[ModelT]) -> ModelT:
    """Return `data` as an instance of `model`; raises StrictYamlError with one line per fault."""
    try:
        return model.model_validate({} if data is None else data)
    except ValidationError as error:
        faults = [_fault(item, lines, name, model) for item in error.errors(include_url=False)]
        raise StrictYamlError("\n".join(dict.fromkeys(faults))) from None


def _fault(item: ErrorDetails, lines: Lines, name: str, model: type[BaseModel]) -> str:
    path = _real_path(item["loc"], lines)
    return f"{name}:{line_of(path, lines)}: {_dotted(path)}: {_message(item, model)}"


def _message(item: ErrorDetails, model: type[BaseModel]) -> str:
    if item["type"] == "extra_forbidden":
        return _unknown(item["loc"], model)
    if item["type"] == "missing":
        return "is required, add it"
    if item["type"] in ("string_type", "string_sub_type"):
        return f"got {_shown(item['input'])}, text is needed: write it in quotes"
    message = item["msg"].removeprefix("Value error, ")
    return message if item["type"] == "value_error" else f"got {_shown(item['input'])}: {message}"


def _unknown(loc: tuple[str | int, ...], model: type[BaseModel]) -> str:
    """Return what is said of an unknown field: the closest name, and all that may stand in its place."""
    word, here = str(loc[-1]), _fields_at(loc[:-1], model)
    near = difflib.get_close_matches(word, here, n=1) or difflib.get_close_matches(word, _known_fields(model), n=1)
    advice = f"did you mean `{near[0]}`?" if near else "remove it."
    return f"unknown field, {advice} Known here: {', '.join(here)}"


def _fields_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """Return the fields that may stand at a location; keys of tables, places in lists and unions lead nowhere new."""
    models = [model]
    for step in loc:
        notes = [each.model_fields[step].annotation for each in models if step in each.model_fields]
        models = [inner for note in notes for inner in _models_in(note)] or models
    return list(dict.fromkeys(info.alias or name for each in models for name, info in each.model_fields.items()))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _real_path(loc: tuple[str | int, ...], lines: Lines) -> tuple[str | int, ...]:
    """Return the location without the names that pydantic adds for unions and validators."""
    path: tuple[str | int, ...] = ()
    for number, part in enumerate(loc):
        is_last = number == len(loc) - 1
        step = (*path, part)
        if step in lines or (is_last and _is_word(part)):
            path = step
    return path


def _is_word(part: str | int) -> bool:
    return isinstance(part, str) and part.isidentifier() and part not in ("str", "int", "float", "bool")


def line_of(path: tuple[str | int, ...], lines: Lines) -> int:
    """Return the line of `path`, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path) or "(file)"


def _known_fields(model: type[BaseModel]) -> set[str]:
    names: set[str] = set()
    todo: list[type[BaseModel]] = [model]
    seen: set[type[BaseModel]] = set()
    while todo:
        found = todo.pop()
        if found in seen:
            continue
        seen.add(found)
        for name, info in found.model_fields.items():
            names.add(info.alias or name)
            todo.extend(_models_in(info.annotation))
    return names


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in cast(tuple[Any, ...], getattr(annotation, "__args__", ())):
        yield from _models_in(inner)
