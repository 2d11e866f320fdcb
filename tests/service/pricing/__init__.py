"""Tests: service of prices."""
