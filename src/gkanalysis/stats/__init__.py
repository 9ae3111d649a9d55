"""Exact intervals and tests for a population small enough to be counted."""
