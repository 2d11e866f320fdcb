"""Tests: unit, owners."""
