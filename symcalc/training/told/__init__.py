"""What is told of a run and of its steps: the formula, the numbers in it, what came of them."""
