"""``flask pricing suggest``: JSON in, JSON out, and a sentence for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.pricing import pricing

DEMAND = {"requests": 0.5, "median_milli_per_hour": 60_000, "sigma": 0.6}


def wish(**changes: Any) -> dict[str, Any]:
    return {
        "currency": "EUR",
        "power_w": 11_000,
        "electricity": {"flat": 27_000},
        "aim": {"margin_milli_per_kwh": 5_000},
        "ceiling_milli_per_hour": 300_000,
        "demand": DEMAND,
        **changes,
    }


def run(text: str | bytes) -> Result:
    return CliRunner().invoke(pricing, ["suggest", "-"], input=text)


def test_the_answer_has_a_price_and_a_reason_for_each_hour(tmp_path: Path) -> None:
    file = tmp_path / "wish.json"
    file.write_text(json.dumps(wish()))

    result = CliRunner().invoke(pricing, ["suggest", str(file)])

    answer = json.loads(result.output)
    assert result.exit_code == 0
    for name in ("reserve_milli_per_hour", "book_now_milli_per_hour", "why"):
        assert len(answer[name]) == 168
    soon = answer["book_now_by_lead"]
    assert [each["below_min"] for each in soon] == [120, 480, 1440]
    assert all(len(each["milli_per_hour"]) == 168 for each in soon)
    assert answer["energy_milli_per_kwh"] == 35_000
    assert answer["reachable"]
    assert answer["best_extra_hours"] == []
    assert answer["expected_low_minor"] < answer["expected_minor_a_month"]


@pytest.mark.parametrize(
    "changes",
    [
        {"electricity": {"by_time": [[22, 6, 20_000], [6, 22, 30_000]]}},
        {"electricity": {"hourly": [25_000] * 168}},
        {"demand": {**DEMAND, "requests": [0.5] * 168, "spread": 12}},
        {"floor_milli_per_hour": 20_000, "efficiency_percent": 95},
        {"gate_min": 240},
    ],
)
def test_every_documented_form_is_read(changes: dict[str, Any]) -> None:
    assert run(json.dumps(wish(**changes))).exit_code == 0


def test_without_demand_a_new_charger_is_assumed() -> None:
    values = wish()
    del values["demand"]

    assert json.loads(run(json.dumps(values)).output)["expected_minor_a_month"] > 0


def test_an_unreachable_profit_names_what_to_open() -> None:
    closed = [0 if 96 <= hour < 120 else 4.0 for hour in range(168)]

    result = run(
        json.dumps(wish(aim={"profit_minor_a_month": 10**6}, open_hours=closed))
    )

    answer = json.loads(result.output)
    assert not answer["reachable"]
    assert answer["at_most_minor"] < 10**6
    assert {each["hour_of_week"] // 24 for each in answer["best_extra_hours"]} == {4}
    assert "Opening Fri" in answer["summary"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "XXX"}, "currency must be one of"),
        ({"currency": ["EUR"]}, "currency must be one of"),
        ({"power_w": 1.5}, "power_w must be a whole number"),
        ({"power_w": True}, "power_w must be a whole number"),
        ({"power_w": 10**40}, "power_w must be a whole number"),
        ({"power_w": 0}, "The power must lie between"),
        ({"electricity": 5}, "electricity must be an object with one of"),
        ({"electricity": {"wind": 5}}, "electricity must be an object with one of"),
        ({"electricity": {"flat": -5}}, "cannot be negative"),
        ({"electricity": {"hourly": 5}}, "electricity.hourly must be a list"),
        ({"electricity": {"hourly": [1]}}, "There are 1 prices"),
        ({"electricity": {"by_time": [[0, 24]]}}, "needs begin, end and price"),
        ({"electricity": {"by_time": [5]}}, "electricity.by_time must be a list"),
        ({"aim": {"margin_milli_per_kwh": -1}}, "cannot be negative"),
        ({"aim": {"fame": 1}}, "aim must be an object with one of"),
        ({"floor_milli_per_hour": 400_000}, "The lowest price cannot be above"),
        ({"open_hours": [1]}, "open_hours must have 168 values, not 1"),
        ({"open_hours": "all"}, "open_hours must be a number"),
        ({"open_hours": 10**40}, "open_hours is larger than can be right"),
        ({"demand": 5}, "demand must be an object"),
        ({"demand": {}}, "demand.requests is missing"),
        ({"demand": {**DEMAND, "hope": 1}}, "demand.hope is not known here"),
        ({"demand": {**DEMAND, "sigma": 9}}, "The spread of values lies between"),
        ({"color": "green"}, "color is not known here"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(
    changes: dict[str, Any], reason: str
) -> None:
    result = run(json.dumps(wish(**changes)))

    assert result.exit_code != 0
    assert reason in result.output
    assert "Traceback" not in result.output
    assert "reserve_milli" not in result.output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The file is not JSON"),
        ("[", "The file is not JSON"),
        ("[" * 100_000, "The file is not JSON"),
        ("[]", "one JSON object"),
        ("{}", "currency is missing"),
        ('{"currency": NaN}', "NaN is not a number"),
        (b"\xff\xfe", "not text in UTF-8"),
        (" " * 5_000_001, "longer than five million"),
    ],
)
def test_a_file_that_is_no_wish_is_refused_in_a_sentence(
    text: str | bytes, reason: str
) -> None:
    result = run(text)

    assert result.exit_code != 0
    assert reason in result.output
