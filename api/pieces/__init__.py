"""Files that advisors join to an answer or to a note."""
