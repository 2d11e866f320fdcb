"""Tests: unit, accounts."""
