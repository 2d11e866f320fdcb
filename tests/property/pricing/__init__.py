"""Tests: property of prices."""
