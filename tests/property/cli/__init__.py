"""Tests: property of the commands."""
