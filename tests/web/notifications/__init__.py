"""Tests: web, notifications."""
