"""A driver's cars: added, changed, removed."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from app.accounts import service
from app.accounts.car_models import CAR_MODELS, find_car_model
from app.accounts.forms import CarForm
from app.accounts.guards import signed_in, signed_in_person
from app.accounts.routes.parts import next_path
from app.kernel.errors import DomainError
from app.web.fields import show_refusal
from app.web.htmx import go_to, render


def add_to(bp: Blueprint) -> None:
    """Add these pages to the blueprint."""
    both, one = ["GET", "POST"], "/account/cars/<int:car_id>"
    bp.add_url_rule("/account/cars/new", view_func=new_car, methods=both)
    bp.add_url_rule(f"{one}/edit", view_func=edit_car, methods=both)
    bp.add_url_rule(f"{one}/delete", view_func=delete_car, methods=["POST"])


@signed_in
def new_car() -> Response:
    """Add a car, filled in from a common model where one is chosen."""
    model = find_car_model(request.args.get("model", ""))
    form = CarForm.of_model(model) if model else CarForm()
    try:
        if not form.is_submitted() or not form.validate():
            return _shown(form, None)
        service.add_vehicle(user_id=signed_in_person().id, command=form.to_command())
    except DomainError as error:
        show_refusal(form, error)
        return _shown(form, None, status=error.status)
    flash("Prices are now for your car.", "success")
    return go_to(next_path() or url_for("accounts.account"))


@signed_in
def edit_car(car_id: int) -> Response:
    """Change what is known about a car."""
    person = signed_in_person()
    car = service.get_vehicle(user_id=person.id, vehicle_id=car_id)
    form = CarForm.of_car(car)
    try:
        if not form.is_submitted() or not form.validate():
            return _shown(form, car)
        service.edit_vehicle(
            user_id=person.id, vehicle_id=car_id, command=form.to_command()
        )
    except DomainError as error:
        show_refusal(form, error)
        return _shown(form, car, status=error.status)
    flash("The car is changed.", "success")
    return go_to(url_for("accounts.account"))


@signed_in
def delete_car(car_id: int) -> Response:
    """Forget a car."""
    service.remove_vehicle(user_id=signed_in_person().id, vehicle_id=car_id)
    flash("The car is removed.", "success")
    return go_to(url_for("accounts.account"))


def _shown(form: CarForm, car: service.Vehicle | None, status: int = 0) -> Response:
    return render(
        "accounts/car.html",
        fragment="accounts/_car_form.html",
        status=status or (422 if form.errors else 200),
        form=form,
        car=car,
        models=CAR_MODELS,
        model=request.args.get("model", ""),
        next_path=next_path(),
    )
