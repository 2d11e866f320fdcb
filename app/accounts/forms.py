"""What a browser sends about accounts."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    PasswordField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Length

from app.accounts.car_models import CarModel
from app.accounts.domain import SaveVehicle, Vehicle
from app.kernel.connectors import PLUG_NAMES
from app.web.fields import (
    MailField,
    TextField,
    ThousandthsField,
    in_thousands,
    select_choices,
)

_needed = InputRequired("Please fill this in.")
# Nobody's password is longer, and hashing a novel would take its time.
_not_endless = Length(max=1000, message="That is too long.")


class RegisterForm(FlaskForm):
    """Sign up."""

    display_name = TextField("Your name", [_needed])
    email = MailField("E-mail", [_needed])
    password = PasswordField("Password", [_needed, _not_endless])


class LogInForm(FlaskForm):
    """Log in."""

    email = MailField("E-mail", [_needed, Length(max=254)])
    password = PasswordField("Password", [_needed, _not_endless])


class ForgotForm(FlaskForm):
    """Ask for a new password."""

    email = MailField("E-mail", [_needed])


class ResetForm(FlaskForm):
    """Choose a new password after a mailed link."""

    password = PasswordField("New password", [_needed, _not_endless])


class NameForm(FlaskForm):
    """Change the name that others see."""

    display_name = TextField("Your name", [_needed])


class PasswordForm(FlaskForm):
    """Change the password."""

    current = PasswordField("Current password", [_needed, _not_endless])
    password = PasswordField("New password", [_needed, _not_endless])


class CarForm(FlaskForm):
    """A driver's car. Powers are written in kW and the battery in kWh."""

    name = TextField("Name", [_needed])
    standards = SelectMultipleField(
        "Plugs that fit", choices=select_choices(PLUG_NAMES)
    )
    max_ac_w = ThousandthsField("AC power", [_needed])
    max_dc_w = ThousandthsField("DC power")
    battery_wh = ThousandthsField("Battery", [_needed])
    is_default = BooleanField("Show prices for this car")

    @classmethod
    def of_model(cls, model: CarModel) -> CarForm:
        """Return the form filled in with a common model."""
        return cls(
            name=model.name,
            standards=list(model.standards),
            max_ac_w=in_thousands(model.max_ac_w),
            max_dc_w=in_thousands(model.max_dc_w),
            battery_wh=in_thousands(model.battery_wh),
            is_default=True,
        )

    @classmethod
    def of_car(cls, car: Vehicle) -> CarForm:
        """Return the form filled in with a stored car."""
        return cls(
            name=car.name,
            standards=list(car.standards),
            max_ac_w=in_thousands(car.max_ac_w),
            max_dc_w=in_thousands(car.max_dc_w),
            battery_wh=in_thousands(car.battery_wh),
            is_default=car.is_default,
        )

    def to_command(self) -> SaveVehicle:
        """Return what the driver says about the car."""
        return SaveVehicle(
            name=self.name.data or "",
            standards=tuple(self.standards.data or ()),
            max_ac_w=self.max_ac_w.number or 0,
            max_dc_w=self.max_dc_w.number or 0,
            battery_wh=self.battery_wh.number or 0,
            is_default=bool(self.is_default.data),
        )
