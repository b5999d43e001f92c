"""The tutor: an answer checked, a mistake named, the next hint."""
