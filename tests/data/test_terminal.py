"""What is said at the terminal, and that telling it breaks no work off."""

import errno
import io
import subprocess
import sys

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


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EIO])
def test_a_terminal_that_is_gone_breaks_no_work_off(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(number))
    monkeypatch.setattr(sys, "stderr", Failing(number))
    say("nobody reads this")
    complain("nor this")


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Failing(errno.ENOSPC))
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
