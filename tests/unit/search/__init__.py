"""Tests: unit of the search."""
