"""Tests: unit of chargers."""
