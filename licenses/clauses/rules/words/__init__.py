"""The words that the patterns of the rules share."""
