"""What a browser sends about accounts."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

_needed = InputRequired("Please fill this in.")


class RegisterForm(FlaskForm):
    """Sign up."""

    display_name = StringField("Your name", [_needed])
    email = EmailField("E-mail", [_needed])
    password = PasswordField("Password", [_needed])


class LogInForm(FlaskForm):
    """Log in."""

    email = EmailField("E-mail", [_needed, Length(max=254)])
    # Nobody's password is longer, and hashing a novel would take its time.
    password = PasswordField(
        "Password", [_needed, Length(max=128, message="That is too long.")]
    )
