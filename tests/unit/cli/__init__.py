"""Tests: unit of the commands."""
