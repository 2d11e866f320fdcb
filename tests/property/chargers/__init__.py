"""Tests: property of chargers."""
