"""Tests: service of schedules."""
