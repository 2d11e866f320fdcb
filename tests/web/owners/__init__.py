"""Tests: web, owners."""
