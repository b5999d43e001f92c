"""Many runs: side by side, compared, and in groups."""
