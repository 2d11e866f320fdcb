"""Tests: unit, notifications."""
