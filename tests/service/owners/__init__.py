"""Tests: service, owners."""
