"""`python -m bot` is the program `shouwen`."""

from bot.cli import main

if __name__ == "__main__":
    main()
