"""Tests: web, accounts."""
