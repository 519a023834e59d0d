"""Every KPI at a glance: in all, by week, by team; for worlds that are looked at whole."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from metrics.model import Question, Reading, Window
from tests.oracle.asking import Oracle
from tests.oracle.comparing import differences, stock_differences
from tests.oracle.kpis import KPIS, Kpi
from tests.oracle.stocks import STOCKS, Stock

LIFE = Window(date(2025, 1, 15), date(2025, 5, 2))
Readings = Mapping[Question, tuple[Reading, ...]]


def forms(name: str, parameter: str | None = None) -> list[Question]:
    plain = Question(name, LIFE, parameter=parameter)
    return [plain, replace(plain, grain="week"), replace(plain, split="team")]


def asked_of(kpi: Kpi) -> list[Question]:
    return forms(kpi.name, kpi.parameter)


def asked_of_stock(stock: Stock) -> list[Question]:
    return [one for one in forms(stock.name, stock.parameter) if not (stock.now and one.grain)]


QUESTIONS = [
    *(one for kpi in KPIS for one in asked_of(kpi)),
    *(one for stock in STOCKS for one in asked_of_stock(stock)),
]


def all_differences(oracle: Oracle, got: Readings) -> list[str]:
    """Return what differs in the answers to QUESTIONS, one line each."""
    found = [line for kpi in KPIS for one in asked_of(kpi) for line in differences(oracle, kpi, one, got[one])]
    return found + [
        line
        for stock in STOCKS
        for one in asked_of_stock(stock)
        for line in stock_differences(oracle, stock, one, got[one])
    ]
