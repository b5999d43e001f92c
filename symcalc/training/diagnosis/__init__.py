"""What a loss and its data say about a run before its first step: which rates are stable, and what cures a bad condition."""
