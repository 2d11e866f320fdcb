"""Tests: web of bookings."""
