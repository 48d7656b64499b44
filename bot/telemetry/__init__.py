"""What the program tells of itself: logs, figures, and what it failed at."""
