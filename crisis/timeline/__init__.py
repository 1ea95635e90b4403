"""The journal, read as a story: a sentence for each line, in three languages."""
