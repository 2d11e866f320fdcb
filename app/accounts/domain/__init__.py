"""What an account is and what it refuses: people, cars, passwords, mailed links."""

from app.accounts.domain.letters import (
    BadLink,
    Claims,
    Purpose,
    address_fingerprint,
    open_link,
    sign_link,
)
from app.accounts.domain.people import (
    BadEmail,
    BadPassword,
    LogInRefused,
    Person,
    check_name,
    check_password,
    normal_email,
)
from app.accounts.domain.vehicles import (
    BadVehicle,
    SaveVehicle,
    Vehicle,
    check_vehicle,
)

__all__ = [
    "BadEmail",
    "BadLink",
    "BadPassword",
    "BadVehicle",
    "Claims",
    "LogInRefused",
    "Person",
    "Purpose",
    "SaveVehicle",
    "Vehicle",
    "address_fingerprint",
    "check_name",
    "check_password",
    "check_vehicle",
    "normal_email",
    "open_link",
    "sign_link",
]
