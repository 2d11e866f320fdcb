"""Tests: service of the commands."""
