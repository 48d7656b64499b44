"""The configuration: from the text of a file to values, with every mistake told at once."""
