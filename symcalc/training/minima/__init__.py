"""Where every slope is 0: normal equations, stationary points, and the way there by Newton."""
