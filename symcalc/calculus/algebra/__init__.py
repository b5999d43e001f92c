"""Algebra as named lines: what may be done with products, sums, fractions and cases, and in which order."""
