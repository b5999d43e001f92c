"""The page of a run that one can step through: a slider over its updates, each with its working and its picture."""
