"""Tests: service of bookings."""
