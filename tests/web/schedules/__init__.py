"""Tests: web of schedules."""
