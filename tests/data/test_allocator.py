"""DuckDB's allocator is settled before DuckDB is loaded, whichever room is imported first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data import allocator

ROOT = Path(__file__).resolve().parents[2]
SETTING_AT_IMPORT = f"""
import importlib, os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "duckdb":
            print(os.environ.get("{allocator.VARIABLE}"))
sys.meta_path.insert(0, Watch())
importlib.import_module(sys.argv[1])
"""


def _python(code: str, *arguments: str, setting: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != allocator.VARIABLE}
    if setting is not None:
        environment[allocator.VARIABLE] = setting
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


@pytest.mark.parametrize("module", ["app", "data.warehouse", "etl.pull.run", "metrics.answers", "bench.stages"])
def test_is_settled_before_duckdb_is_loaded(module: str) -> None:
    assert _python(SETTING_AT_IMPORT, module).stdout.split() == [allocator.SETTING]


def test_a_setting_of_the_operator_stays() -> None:
    own = "dirty_decay_ms:0"
    assert _python(SETTING_AT_IMPORT, "data.warehouse", setting=own).stdout.split() == [own]


@pytest.mark.skipif(sys.platform != "linux", reason="DuckDB has this allocator on Linux only")
def test_duckdb_reads_the_setting() -> None:
    told = _python("import duckdb", setting=f"confirm_conf:true,{allocator.SETTING}").stderr
    for part in allocator.SETTING.split(","):
        assert f"Set conf value: {part}" in told.split("environment variable")[1]
