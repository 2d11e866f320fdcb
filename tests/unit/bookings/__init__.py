"""Tests: unit of bookings."""
