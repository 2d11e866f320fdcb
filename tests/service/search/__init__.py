"""Tests: service of the search."""
