"""What is said at the terminal, and that telling it breaks no work off."""

import errno
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from data.settings import ROOT
from data.terminal import complain, say, telling


class Failing:
    """A stream that cannot be written."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, "cannot be written")

    def flush(self) -> None:
        raise OSError(self._number, "cannot be written")


def test_a_pipe_that_nobody_reads_breaks_no_work_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(errno.EPIPE))
    monkeypatch.setattr(sys, "stderr", Failing(errno.EPIPE))
    say("nobody reads this")
    complain("nor this")


def test_a_terminal_that_was_closed_breaks_no_work_off(tmp_path: Path) -> None:
    done = tmp_path / "done"
    program = f"""
import sys
from pathlib import Path
from data.terminal import complain, say
sys.stdin.read()
say("nobody reads this")
complain("nor this")
Path({str(done)!r}).touch()
"""
    here, there = pty.openpty()
    command, pipe = [sys.executable, "-c", program], subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=there, stderr=there) as process:
        os.close(there)
        os.close(here)
        process.communicate(timeout=60)
    assert process.returncode == 0 and done.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_is_full_or_fails_is_told(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(number))
    with pytest.raises(OSError, match="cannot be written"):
        say("a line of a list that is kept in a file")


def test_an_expected_error_is_one_line_and_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    @telling(ValueError)
    def verb() -> None:
        raise ValueError("3 is wrong, 4 would do")

    with pytest.raises(typer.Exit) as end:
        verb()
    assert (end.value.exit_code, capsys.readouterr().err) == (1, "3 is wrong, 4 would do\n")


def test_a_list_that_is_read_in_part_only_ends_well() -> None:
    program = "from data.terminal import say\nfor n in range(20_000): say(f'row {n} of a long list')"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"row 0 of a long list\n"
        process.stdout.close()
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, b"")


def test_what_the_terminal_cannot_write_is_told_by_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="gbk"))
    say("已关闭 \U0001f600")
    assert written.getvalue().decode("gbk") == "已关闭 \\U0001f600\n"
