"""Tests: service of chargers."""
