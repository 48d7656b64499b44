"""Who is who and which room is which, by the file and by what was set up in chat."""
