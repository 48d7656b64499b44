"""Setting rooms, people and knowledge up in chat."""
