"""A monitor and verbs beside it in a Chinese locale: what goes from process to process is told where it is read."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.test_two_processes import Serving

pytestmark = pytest.mark.fault


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.delenv("KPI_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monitor = Serving(tmp_path)
    yield monitor
    monitor.process.kill()
    monitor.process.communicate()


def test_monitor_and_verbs_beside_it_speak_chinese(serving: Serving) -> None:
    assert serving.said.startswith("监控程序已启动：http://127.0.0.1:")
    assert serving.line() == "desk：正在读取新数据……\n"
    serving.deliver("a.csv", "id,created\n1,2025-03-10T10:00:00Z\n,2025-03-10T10:00:00Z\n")
    serving.wait_for(1)
    status = serving.told("status")
    assert status.startswith("数据源\n  desk（文件，持续读取）：数据截至 2025-03-10 18:00:00+08:00")
    assert "  desk 缺少编号的行（missing_key）：1\n" in status
    assert "每一行都必须有 ticket.id" in serving.told("rejects")
    assert serving.told("source", "pause", "desk") == "已暂停 Desk，恢复之前不再读取。\n"
    refused = serving.start("redrive", "--source", "nobody")
    assert "没有数据源 'nobody'" in refused.communicate(timeout=120)[1] and refused.returncode == 1
    serving.process.send_signal(signal.SIGTERM)
    told, _ = serving.process.communicate(timeout=60)
    assert told.endswith("正在停止；先完成进行中的导入。\n已停止。\n")
