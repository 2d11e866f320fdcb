"""Fixtures of the owner's pages."""

from __future__ import annotations

import pytest

from app.accounts.service import Person
from tests.support.checked_client import CheckedClient, HtmxClient
from tests.support.people import SignIn


@pytest.fixture
def browsers(
    client: CheckedClient, hx: HtmxClient, hanna: Person, sign_in: SignIn
) -> tuple[CheckedClient, HtmxClient]:
    """A plain and an HTMX browser in which Hanna is logged in."""
    sign_in(hanna, client)
    sign_in(hanna, hx)
    return client, hx
