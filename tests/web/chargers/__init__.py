"""Tests: web of chargers."""
