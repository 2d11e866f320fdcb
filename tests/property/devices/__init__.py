"""Tests: property of the boxes."""
