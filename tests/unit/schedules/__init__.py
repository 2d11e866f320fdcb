"""Tests: unit of schedules."""
