"""The examples in the kernel's docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import app.kernel
from app.schedules import domain as schedules_domain

MODULES = sorted(each.name for each in pkgutil.iter_modules(app.kernel.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_it_promises(name: str) -> None:
    module = importlib.import_module(f"app.kernel.{name}")

    assert doctest.testmod(module).failed == 0


def test_the_examples_of_opening_hours_hold() -> None:
    result = doctest.testmod(schedules_domain)

    assert (result.failed, result.attempted > 0) == (0, True)
