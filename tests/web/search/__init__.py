"""Tests: web of the search."""
