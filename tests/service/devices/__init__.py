"""Tests: service of the boxes."""
