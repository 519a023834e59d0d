"""No speed KPI without its quality twin on the same page (R-126, semantics 1.14)."""

import pytest

from dashboard.pages import pages
from metrics.catalog import CATALOG


def shown(path: str) -> set[str]:
    return {metric for metric, _ in pages()[path].tiles}


@pytest.mark.parametrize("path", pages())
def test_every_page_shows_the_twins_of_its_speeds(path: str) -> None:
    twins = {metric: CATALOG[metric].twin for metric in shown(path)}
    assert {metric: twin for metric, twin in twins.items() if twin and twin not in shown(path)} == {}


@pytest.mark.parametrize("path", ["/", "/wall"])
def test_the_first_response_stands_beside_fcr_and_csi(path: str) -> None:
    assert {"frt", "fcr", "csi"} <= shown(path)
