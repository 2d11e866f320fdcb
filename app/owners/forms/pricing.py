"""What an owner wishes of prices: electricity, an aim, limits, and when bids close."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField

from app.kernel.errors import DomainError
from app.kernel.money import MILLI, divide_up, exponent_of, parse_milli
from app.owners.forms.charger import price_text
from app.pricing.domain import Tariff
from app.pricing.domain.cold_start import usual_milli_per_hour
from app.pricing.domain.electricity import BadElectricity, Electricity
from app.pricing.domain.plan import DEFAULT_GATE_MIN, GATES_MIN, Plan
from app.pricing.domain.price_list import MAX_CHARACTERS, electricity_of_list
from app.pricing.domain.wish import Aim, MarginPerKwh, MonthlyProfit, OwnerWish
from app.schedules.domain import HOURS_A_WEEK
from app.web.fields import LongTextField, TextField, select_choices, show_refusal

_SPANS = 5
_USUAL_EFFICIENCY = 90
_HOURS = {str(hour): f"{hour:02d}:00" for hour in range(24)}
_GATES = {
    str(gate): "1 hour before" if gate == 60 else f"{gate // 60} hours before"
    for gate in GATES_MIN
}
_ELECTRICITY = {"FLAT": "One price", "BY_TIME": "By time of day", "HOURLY": "Hourly"}
_AIMS = {"MARGIN": "A margin per kWh", "PROFIT": "A profit a month"}


@dataclass(slots=True)
class SpanRow:
    """One part of the day with its price, as it was written."""

    begin: str = ""
    end: str = ""
    price: str = ""
    error: str | None = None


class PricingForm(FlaskForm):
    """An owner's wish for one charger. The parts of the day are rows of their own."""

    electricity_kind = RadioField(
        "What you pay for electricity", choices=select_choices(_ELECTRICITY)
    )
    flat_price = TextField("Electricity")
    price_list = LongTextField("Prices, one line an hour")
    price_file = FileField("Or a CSV file")
    aim_kind = RadioField("What you wish", choices=select_choices(_AIMS))
    margin = TextField("Margin")
    profit = TextField("Profit")
    floor = TextField("Lowest per hour")
    ceiling = TextField("Highest per hour")
    own_cost = TextField("What an hour is worth to yourself")
    efficiency = TextField("Efficiency")
    gate = SelectField("Bids are decided", choices=select_choices(_GATES))

    currency: str
    spans: list[SpanRow]
    spans_error: str | None

    @classmethod
    def sent(cls, currency: str) -> PricingForm:
        """Return the form as the browser sent it."""
        form = cls()
        form.currency, form.spans_error = currency, None
        names = ("from", "to", "price")
        form.spans = [
            SpanRow(*(request.form.get(f"span-{n}-{name}", "")[:20] for name in names))
            for n in range(_SPANS)
        ]
        return form

    @classmethod
    def usual(cls, tariff: Tariff, power_w: int) -> PricingForm:
        """Return the form for a charger whose owner never said anything.

        The electricity is filled in so that the energy costs drivers what it does now.
        """
        currency = tariff.currency
        cost = tariff.energy_milli_per_kwh * _USUAL_EFFICIENCY // 100
        form = cls(
            formdata=None,
            electricity_kind="FLAT",
            flat_price=price_text(cost, currency),
            aim_kind="MARGIN",
            margin="0",
            floor="0",
            ceiling=price_text(_usual_ceiling(currency, power_w), currency),
            own_cost="0",
            efficiency=str(_USUAL_EFFICIENCY),
            gate=str(DEFAULT_GATE_MIN),
        )
        form._take_spans(currency, ())
        return form

    @classmethod
    def of_plan(cls, plan: Plan) -> PricingForm:
        """Return the form filled in with what was accepted last."""
        wish, currency = plan.wish, plan.wish.currency

        def text(milli: int) -> str:
            return price_text(milli, currency)

        aim: Aim = wish.aim
        form = cls(
            formdata=None,
            electricity_kind=wish.electricity.kind,
            flat_price=text(wish.electricity.milli_per_kwh[0]),
            price_list=list_text(wish.electricity, currency),
            aim_kind="MARGIN" if isinstance(aim, MarginPerKwh) else "PROFIT",
            margin=text(wish.margin_milli_per_kwh),
            profit=text(aim.minor * MILLI) if isinstance(aim, MonthlyProfit) else "",
            floor=text(wish.floor_milli_per_hour),
            ceiling=text(wish.ceiling_milli_per_hour),
            own_cost=text(wish.own_cost_milli_per_hour),
            efficiency=str(wish.efficiency_percent),
            gate=str(plan.gate_min),
        )
        form._take_spans(currency, wish.electricity.spans)
        return form

    def _take_spans(
        self, currency: str, spans: tuple[tuple[int, int, int], ...]
    ) -> None:
        self.currency, self.spans_error = currency, None
        rows = [
            SpanRow(str(begin), str(end % 24), price_text(milli, currency))
            for begin, end, milli in spans
        ]
        if not rows:
            rows = [SpanRow("6", "22"), SpanRow("22", "6")]
        self.spans = (rows + [SpanRow() for _ in range(_SPANS)])[
            : max(_SPANS, len(rows))
        ]

    @property
    def hours(self) -> dict[str, str]:
        """The hours of the day, for the parts of the day."""
        return _HOURS

    @property
    def gate_min(self) -> int:
        """How long before the start bids are decided."""
        return int(self.gate.data or DEFAULT_GATE_MIN)

    @property
    def is_refused(self) -> bool:
        """Whether anything in the form has a reason beside it."""
        return bool(self.errors or self.spans_error)

    def read(self, power_w: int) -> OwnerWish | None:
        """Return the wish, or None with the reasons noted at their fields.

        When the charger is open is added by whoever asks for the suggestion.
        """
        # A stored wish is only shown; nobody sent it, so there is no token to check.
        is_fine = not self.is_submitted() or self.validate()
        electricity, aim = self._electricity(), self._aim()
        money = {
            name: self._milli(name, needed=name == "ceiling")
            for name in ("floor", "ceiling", "own_cost")
        }
        efficiency = self._efficiency()
        if not is_fine or None in (electricity, aim, efficiency, *money.values()):
            return None
        assert electricity
        assert aim
        try:
            return OwnerWish(
                currency=self.currency,
                power_w=power_w,
                electricity=electricity,
                aim=aim,
                floor_milli_per_hour=money["floor"] or 0,
                ceiling_milli_per_hour=money["ceiling"] or 0,
                own_cost_milli_per_hour=money["own_cost"] or 0,
                efficiency_percent=efficiency or 0,
                open_hours=(0.0,) * HOURS_A_WEEK,
            )
        except DomainError as error:
            self._refuse(error)
            return None

    def _refuse(self, error: DomainError) -> None:
        if error.field == "electricity":
            self._refuse_electricity(error.message)
        elif error.field == "efficiency_percent":
            self.efficiency.errors = [error.message]
        else:
            show_refusal(self, error)

    def _refuse_electricity(self, reason: str) -> None:
        kind = self.electricity_kind.data
        if kind == "BY_TIME":
            self.spans_error = reason
            return
        field = self.price_list if kind == "HOURLY" else self.flat_price
        field.errors = [*field.errors, reason]

    def _electricity(self) -> Electricity | None:
        kind = self.electricity_kind.data
        try:
            if kind == "FLAT":
                milli = self._milli("flat_price", needed=True)
                return None if milli is None else Electricity.flat(milli)
            if kind == "HOURLY":
                return self._hourly()
            return self._by_time() if kind == "BY_TIME" else None
        except DomainError as error:
            self._refuse_electricity(error.message)
            return None

    def _by_time(self) -> Electricity | None:
        spans = []
        for row in self.spans:
            if not row.price.strip():
                continue
            try:
                begin, end = int(_HOURS[row.begin][:2]), int(_HOURS[row.end][:2])
                price = parse_milli(row.price, self.currency)
                if price < 0:
                    raise BadElectricity("This cannot be negative.")
                spans.append((begin, end, price))
            except KeyError:
                row.error = "Please choose both hours."
            except DomainError as error:
                row.error = error.message
        if any(row.error for row in self.spans):
            self.spans_error = "Please look at the marked parts of the day."
            return None
        return Electricity.by_time_of_day(spans)

    def _hourly(self) -> Electricity:
        text = self.price_list.data or ""
        file = self.price_file.data
        if file and file.filename:
            content = file.read(4 * MAX_CHARACTERS + 1)
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise BadElectricity("The file is not text in UTF-8.") from error
        electricity = electricity_of_list(text, self.currency)
        # A chosen file is not sent twice, so what it said goes on as text.
        self.price_list.data = list_text(electricity, self.currency)
        return electricity

    def _aim(self) -> Aim | None:
        kind = self.aim_kind.data
        if kind == "MARGIN":
            milli = self._milli("margin")
            return None if milli is None else MarginPerKwh(milli)
        milli = self._milli("profit", needed=True) if kind == "PROFIT" else None
        return None if milli is None else MonthlyProfit(milli // MILLI)

    def _milli(self, name: str, *, needed: bool = False) -> int | None:
        """Return an amount that was written; nothing written is nothing."""
        text = self[name].data or ""
        if not text and not needed:
            return 0
        try:
            milli = parse_milli(text, self.currency)
            if milli < 0:
                raise DomainError("This cannot be negative.")
        except DomainError as error:
            self[name].errors = [*self[name].errors, error.message]
            return None
        return milli

    def _efficiency(self) -> int | None:
        text = (self.efficiency.data or "90").removesuffix("%").strip()
        if text.isascii() and text.isdecimal() and len(text) <= 3:
            return int(text)
        self.efficiency.errors = ["Please give whole percent, such as 90."]
        return None


def list_text(electricity: Electricity, currency: str) -> str:
    """Return an hourly tariff as somebody would paste it; else nothing."""
    if electricity.kind != "HOURLY":
        return ""
    prices = electricity.milli_per_kwh
    shown = prices[:24] if prices == prices[:24] * 7 else prices
    return "\n".join(price_text(each, currency) for each in shown)


def _usual_ceiling(currency: str, power_w: int) -> int:
    """Return several times what most drivers would pay, in whole major units."""
    major: int = 10 ** exponent_of(currency) * MILLI
    return divide_up(round(usual_milli_per_hour(currency, power_w) * 5), major) * major
