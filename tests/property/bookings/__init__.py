"""Tests: property of bookings."""
