"""The folder for what dsmrforge can make again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """The user's cache folder; the environment variable ``DSMRFORGE_CACHE`` names another."""
    named = os.environ.get("DSMRFORGE_CACHE")
    if named:
        return Path(named).expanduser().resolve()
    return platformdirs.user_cache_path("dsmrforge")
