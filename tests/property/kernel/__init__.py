"""Tests: property of the kernel."""
