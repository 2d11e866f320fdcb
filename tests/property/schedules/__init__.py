"""Tests: property of schedules."""
