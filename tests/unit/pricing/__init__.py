"""Tests: unit of prices."""
