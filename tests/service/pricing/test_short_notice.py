"""Automatic plans from before there were prices at short notice get them, too."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.chargers.service import Charger
from app.database import db
from app.pricing import service
from app.pricing.models import PricePlanRow
from tests.service.pricing.test_plans import accept, charger

__all__ = ["charger"]


def test_a_plan_with_one_price_however_late_gets_others_step_by_step(
    charger: Charger, now: datetime
) -> None:
    accept(charger, now, is_automatic=True)
    db.session.query(PricePlanRow).update({"by_lead": []})
    db.session.commit()

    service.tick(now=now + timedelta(days=1))

    plan = service.plan_of(charger.id)
    assert plan
    asked = plan.prices.book_now_milli_per_hour[18]
    late = plan.prices.by_lead[0].milli_per_hour[18]
    assert [each.below_min for each in plan.prices.by_lead] == [120, 480, 1440]
    assert asked * 9 // 10 <= late < asked
