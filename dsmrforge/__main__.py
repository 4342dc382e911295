"""``python -m dsmrforge``."""

from dsmrforge.cli import main

if __name__ == "__main__":
    main()
