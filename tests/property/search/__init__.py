"""Tests: property of the search."""
