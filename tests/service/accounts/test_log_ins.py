"""Log-ins and links on both databases."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from app.accounts import service
from app.accounts.domain import LogInRefused
from app.accounts.events import PersonRegistered
from app.accounts.models import LoginRow, UserRow
from app.accounts.service import Person
from app.accounts.service.passwords import is_right
from app.database import db, writing
from app.kernel.errors import DomainError, NotFound, TooMany
from tests.support.heard import listen
from tests.support.people import PASSWORD, PASSWORD_HASH


def log_in(email: str, password: str, now: datetime) -> str:
    return service.log_in(email=email, password=password, address="10.0.0.1", now=now)


def test_a_log_in_is_known_by_its_token_and_only_by_it(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    token = log_in(dario.email, PASSWORD, now)

    assert service.person_of_login(token, now=now) == dario
    assert service.person_of_login(token[:-1], now=now) is None
    assert service.person_of_login("", now=now) is None
    stored = db.session.scalars(select(LoginRow.token_hash)).all()
    assert token not in stored


def test_expired_log_ins_are_forgotten_at_the_next_one(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    for day in (0, 1, 40):
        service.start_login(dario.id, now=now + timedelta(days=day))

    assert db.session.scalar(select(func.count()).select_from(LoginRow)) == 1


def test_a_hash_made_with_weaker_settings_is_renewed_at_log_in(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    weak = PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1)
    with writing() as work:
        row = work.session.get_one(UserRow, dario.id)
        row.password_hash = weak.hash(PASSWORD)

    log_in(dario.email, PASSWORD, now)

    db.session.rollback()
    stored = db.session.get_one(UserRow, dario.id).password_hash
    assert "m=19456,t=2,p=1" in stored
    assert is_right(PASSWORD, stored)


def test_the_limit_of_an_account_is_exact_when_many_try_at_once(
    in_app: Flask, dario: Person, now: datetime
) -> None:
    counted = {"refused": 0, "locked": 0}
    lock = threading.Lock()

    def guess(number: int) -> None:
        with in_app.app_context():
            try:
                service.log_in(
                    email=dario.email, password=f"g{number}", address="x", now=now
                )
            except LogInRefused:
                with lock:
                    counted["refused"] += 1
            except TooMany:
                with lock:
                    counted["locked"] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=guess, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert counted == {"refused": 10, "locked": 14}


def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    in_app: Flask, dario: Person
) -> None:
    is_right("warm up", None)

    def shortest(stored_hash: str | None) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            assert not is_right("wrong", stored_hash)
            times.append(time.perf_counter() - started)
        return min(times)

    known, unknown = shortest(PASSWORD_HASH), shortest(None)

    # Without the stand-in the second would take microseconds.
    assert unknown > known / 3


def test_two_sign_ups_with_one_address_make_one_account(
    in_app: Flask, now: datetime
) -> None:
    mails = listen(in_app, PersonRegistered)
    results: list[Person | None] = []

    def sign_up() -> None:
        with in_app.app_context():
            results.append(
                service.register(
                    email="ada@example.org",
                    display_name="Ada",
                    password="green kettle lamp",
                    now=now,
                )
            )
            db.session.remove()

    threads = [threading.Thread(target=sign_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sum(person is not None for person in results) == 1
    assert len(results) == 4
    assert len(mails) == 1
    assert db.session.scalar(select(func.count()).select_from(UserRow)) == 1


def test_a_link_dies_with_a_change_of_the_password(
    in_app: Flask, now: datetime
) -> None:
    mails = listen(in_app, PersonRegistered)
    person = service.register(
        email="ada@example.org",
        display_name="Ada",
        password="green kettle lamp",
        now=now,
    )
    assert person
    service.change_password(
        person_id=person.id,
        current="green kettle lamp",
        password="another kettle",
        now=now,
    )

    with pytest.raises(service.BadLink, match="newer"):
        service.verify_email(mails[0].token, now=now)


def test_confirming_twice_keeps_the_first_time(in_app: Flask, now: datetime) -> None:
    mails = listen(in_app, PersonRegistered)
    person = service.register(
        email="ada@example.org",
        display_name="Ada",
        password="green kettle lamp",
        now=now,
    )
    assert person
    later = now + timedelta(days=1)

    service.verify_email(mails[0].token, now=now)
    service.verify_email(mails[0].token, now=later)
    service.confirm_address(person_id=person.id, now=later)

    db.session.rollback()
    assert db.session.get_one(UserRow, person.id).email_verified_at == now


def test_people_are_found_by_id_and_by_address(
    in_app: Flask, hanna: Person, dario: Person
) -> None:
    assert service.get_person(hanna.id) == hanna
    assert service.find_person(999) is None
    assert service.find_by_email(" HANNA@plugbid.test") == hanna
    assert service.find_by_email("nobody@plugbid.test") is None
    assert service.people_by_ids([dario.id, 999]) == {dario.id: dario}
    with pytest.raises(NotFound):
        service.get_person(999)


def test_an_owner_of_an_import_is_made_once(in_app: Flask, now: datetime) -> None:
    made = service.find_or_create_owner(
        email="Stations@Example.org", display_name="Stations", now=now
    )
    again = service.find_or_create_owner(
        email="stations@example.org", display_name="Other", now=now
    )

    assert made == again
    assert not made.is_verified
    with pytest.raises(LogInRefused):
        log_in(made.email, "", now)


def test_only_the_right_browser_holds_the_proof_of_a_sign_up(
    in_app: Flask, hanna: Person, dario: Person
) -> None:
    proof = service.sign_up_proof(hanna)

    assert service.is_sign_up_proof(hanna, proof)
    assert not service.is_sign_up_proof(dario, proof)
    assert len(service.sign_up_proof(None)) == len(proof)
    assert service.sign_up_proof(None) != service.sign_up_proof(None)


def test_a_driver_has_a_most_number_of_cars(in_app: Flask, dario: Person) -> None:
    car = service.SaveVehicle(
        name="Zoe",
        standards=("IEC_62196_T2",),
        max_ac_w=22_000,
        max_dc_w=0,
        battery_wh=52_000,
        is_default=False,
    )
    for _ in range(20):
        service.add_vehicle(user_id=dario.id, command=car)

    with pytest.raises(DomainError, match="20 cars"):
        service.add_vehicle(user_id=dario.id, command=car)
    assert service.default_vehicle(dario.id) == service.vehicles_of(dario.id)[0]


def test_somebody_without_a_car_has_no_default(in_app: Flask, dario: Person) -> None:
    assert service.default_vehicle(dario.id) is None
