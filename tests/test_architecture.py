"""The law of docs/architecture.md, read off the syntax trees: who imports whom, sizes, names, clocks."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("etl", "metrics", "dashboard", "data")
MAY_IMPORT = {
    "etl": {"etl", "data"},
    "metrics": {"metrics", "data"},
    "dashboard": {"dashboard", "metrics"},
    "data": {"data"},
    "app": {"app", "etl", "metrics", "dashboard", "data", "tests"},  # tests: the golden runner is a verb
}
HTTP = {"http", "httpx", "requests", "urllib.request", "flask", "werkzeug", "waitress"}
DASH = {"dash", "plotly", "dash_mantine_components", "dash_ag_grid"}
BANNED = {
    "etl": DASH,
    "metrics": DASH | HTTP | {"sqlalchemy", "apscheduler", "sqlite3"},
    "dashboard": {"duckdb", "sqlalchemy", "apscheduler", "sqlite3", "pyarrow"},
    "data": DASH | HTTP | {"apscheduler"},
    "app": DASH | {"duckdb", "sqlalchemy", "sqlite3", "apscheduler"},
}
ALARMS = "etl.schedule.alarms"  # the one place that knows the scheduler's library
BAD_NAMES = re.compile(r"utils?|helpers?|common|base|manager|service|handler|processor", re.IGNORECASE)
TOP_LEVEL = {"app.py", "pyproject.toml", "etl", "metrics", "dashboard", "assets", "data", "tests", "docs", "bench"}
PROJECT_FILES = {"Makefile", "README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"}
PROJECT_FILES |= {"requirements.lock"}
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
}
SQL_CLOCK = re.compile(
    r"\b(now|today|current_timestamp|get_current_timestamp)\s*\(\s*\)|\bcurrent_(timestamp|date)\b", re.I
)
SQL_TEXT = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH)\s.+\b(FROM|INTO|SET|TABLE|AS)\b", re.S)


def _product() -> list[Path]:
    found = [ROOT / "app.py"] if (ROOT / "app.py").exists() else []
    for room in ROOMS:
        found += sorted((ROOT / room).rglob("*.py"))
    return found


def _everything() -> list[Path]:
    return _product() + [path for top in ("tests", "bench", "docs") for path in sorted((ROOT / top).rglob("*.py"))]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _room(path: Path) -> str:
    return _name(path).split(".")[0]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every module imported, inside functions too, with its line; `from a import b` gives a and a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def _is_under(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


def _broken_imports(room: str, tree: ast.AST) -> list[tuple[str, int]]:
    first_party = set(MAY_IMPORT) | {"tests", "bench"}
    return [
        (module, line)
        for module, line in _imports(tree)
        if (module.split(".")[0] in first_party and module.split(".")[0] not in MAY_IMPORT[room])
        or _is_under(module, BANNED[room])
    ]


def _clock_reads(tree: ast.AST) -> list[tuple[str, int]]:
    reads = [
        (ast.unparse(node), node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ".".join(ast.unparse(node).split(".")[-2:]) in CLOCKS
    ]
    texts = [
        (node.value, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_CLOCK.search(node.value)
    ]
    return reads + [(text[:40], line) for text, line in texts if " " in text.strip() and "\n\n" not in text]


def _unseeded(tree: ast.AST) -> list[tuple[str, int]]:
    """Return uses of the shared generator and generators made without a seed."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        shared = re.fullmatch(r"(np\.|numpy\.)?random\.[a-z]\w*", called) and not called.endswith("default_rng")
        seedless = called.split(".")[-1] in {"Random", "default_rng"} and not node.args
        if shared or seedless:
            found.append((called, node.lineno))
    return found


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    doc = function.body[0] if ast.get_docstring(function) is not None else None
    spared = (doc.end_lineno or doc.lineno) - doc.lineno + 1 if doc else 0
    return _length(function) - spared


def _cycles(graph: dict[str, set[str]]) -> list[str]:
    """Return the modules that reach themselves."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = list(graph[start])
        while todo:
            module = todo.pop()
            if module not in seen:
                seen.add(module)
                todo += graph.get(module, set())
        return seen

    return [module for module in graph if module in reach(module)]


def _graph() -> dict[str, set[str]]:
    modules = {_name(path): path for path in _product()}
    graph = {}
    for module, path in modules.items():
        targets = {name for name, _ in _imports(_tree(path)) if name in modules}
        # `from room.part import thing` names the package too; only what is deepest counts
        deepest = {t for t in targets if not any(other.startswith(t + ".") for other in targets)}
        graph[module] = deepest - ({module} if path.name == "__init__.py" else set())
    return graph


def _listing(found: dict[str, list[tuple[str, int]]]) -> str:
    return "\n".join(f"{name}:{line}: {what}" for name, places in found.items() for what, line in places)


@pytest.mark.parametrize("path", _product(), ids=_name)
def test_a_room_imports_only_what_the_law_allows(path: Path) -> None:
    broken = _broken_imports(_room(path), _tree(path))
    assert not broken, _listing({str(path.relative_to(ROOT)): broken})


def test_the_law_catches_an_import_inside_a_function() -> None:
    tree = ast.parse("def f():\n    from etl.pull.run import pull\n    import duckdb\n")
    broken = [module for module, _ in _broken_imports("dashboard", tree)]
    assert broken == ["etl.pull.run", "etl.pull.run.pull", "duckdb"]


def test_nobody_outside_app_and_tests_imports_the_tests() -> None:
    assert _broken_imports("metrics", ast.parse("import tests.golden"))


def test_duckdb_files_are_opened_in_one_place() -> None:
    opened = {
        _name(path)
        for path in _product()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "duckdb.connect"
    }
    assert opened == {"data.warehouse"}


def test_the_scheduler_is_used_in_one_place() -> None:
    users = {_name(path) for path in _product() for module, _ in _imports(_tree(path)) if "apscheduler" in module}
    assert users == {ALARMS}


def test_the_clock_is_read_in_app_only() -> None:
    found = {str(path.relative_to(ROOT)): _clock_reads(_tree(path)) for path in _product() if _name(path) != "app"}
    assert not any(found.values()), _listing(found)


def test_no_sql_file_reads_the_clock() -> None:
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.sql")]
    assert files
    assert [str(path) for path in files if SQL_CLOCK.search(path.read_text(encoding="utf-8"))] == []


def test_the_law_catches_a_clock() -> None:
    assert _clock_reads(ast.parse("import datetime as d\nx = d.datetime.now()"))
    assert _clock_reads(ast.parse("sql = 'SELECT now() AS x'"))


def test_chance_always_has_a_seed() -> None:
    found = {str(path.relative_to(ROOT)): _unseeded(_tree(path)) for path in _product()}
    assert not any(found.values()), _listing(found)


def test_the_law_catches_chance_without_a_seed() -> None:
    code = "random.random()\nrandom.Random()\nnp.random.default_rng()\nrandom.Random(7)\nrng.random()"
    assert [line for _, line in _unseeded(ast.parse(code))] == [1, 2, 3]


def test_the_dashboard_holds_no_sql() -> None:
    found = {
        str(path.relative_to(ROOT)): [
            (node.value[:40], node.lineno)
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_TEXT.match(node.value)
        ]
        for path in (ROOT / "dashboard").rglob("*.py")
    }
    assert not any(found.values()), _listing(found)


def test_modules_import_in_one_direction() -> None:
    assert _cycles(_graph()) == []


def test_the_law_catches_a_cycle() -> None:
    assert _cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


@pytest.mark.parametrize("path", _everything(), ids=_name)
def test_a_file_fits_in_a_head(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, "split it by noun"


def test_no_function_is_longer_than_sixty_lines() -> None:
    found = {
        str(path.relative_to(ROOT)): [(f.name, f.lineno) for f in _functions(_tree(path)) if _length(f) > 60]
        for path in _everything()
    }
    assert not any(found.values()), _listing(found)


def test_functions_are_small() -> None:
    lengths = [_body_length(function) for path in _product() for function in _functions(_tree(path))]
    assert statistics.median(lengths) <= 8


def test_names_say_what_a_thing_is() -> None:
    classes = [node.name for path in _product() for node in ast.walk(_tree(path)) if isinstance(node, ast.ClassDef)]
    modules = [part for path in _product() for part in _name(path).split(".")]
    vague = [name for name in modules if BAD_NAMES.fullmatch(name)]
    vague += [name for name in classes if re.search(r"(Utils?|Helpers?|Manager|Service|Handler|Processor)$", name)]
    assert vague == []


def test_the_top_level_stays_as_it_is() -> None:
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith((".", "__"))}
    assert seen - TOP_LEVEL - PROJECT_FILES - {"test-results"} == set()


@pytest.mark.parametrize(
    "lock", ["requirements.lock", *(f".ci/{kind}.lock" for kind in ("test", "installer", "duckdb2"))]
)
def test_a_lock_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][^\s]*==", text, re.M)
    assert pins and text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"[a-z]+://", text)


def test_what_runs_is_what_is_tested() -> None:
    pinned = [
        re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(), re.M) for name in ("requirements.lock", ".ci/test.lock")
    ]
    assert set(pinned[0]) <= set(pinned[1])
