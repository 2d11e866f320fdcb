"""Tests: web of the boxes."""
