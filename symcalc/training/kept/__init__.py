"""A run as data: written down, read back, and made again."""
