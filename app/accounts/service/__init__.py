"""Use cases of accounts; other rooms call these and see only frozen views."""

from app.accounts.domain import (
    BadLink,
    LogInRefused,
    Person,
    SaveVehicle,
    Vehicle,
)
from app.accounts.service.logins import (
    LOGIN_LIFETIME,
    change_password,
    log_in,
    log_out,
    person_of_login,
    start_login,
)
from app.accounts.service.people import (
    ask_reset,
    ask_verification,
    check_reset_link,
    find_by_email,
    find_or_create_owner,
    find_person,
    get_person,
    people_by_ids,
    person_of_link,
    register,
    rename,
    reset_password,
    verify_email,
)

__all__ = [
    "LOGIN_LIFETIME",
    "BadLink",
    "LogInRefused",
    "Person",
    "SaveVehicle",
    "Vehicle",
    "ask_reset",
    "ask_verification",
    "change_password",
    "check_reset_link",
    "find_by_email",
    "find_or_create_owner",
    "find_person",
    "get_person",
    "log_in",
    "log_out",
    "people_by_ids",
    "person_of_link",
    "person_of_login",
    "register",
    "rename",
    "reset_password",
    "start_login",
    "verify_email",
]
