"""What there is to descend: the loss as it is written, its model, its task, its derivatives."""
