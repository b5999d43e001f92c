"""How a run ended, and why."""
