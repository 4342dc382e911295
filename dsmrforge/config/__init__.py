"""The settings of one device: dsmrforge.toml and, apart from it, secrets.toml."""

from dsmrforge.config.loader import SECRETS, SETTINGS, Loaded, load, load_project
from dsmrforge.config.mistakes import Mistake, SettingsError
from dsmrforge.config.model import Config, default_config

__all__ = [
    "SECRETS",
    "SETTINGS",
    "Config",
    "Loaded",
    "Mistake",
    "SettingsError",
    "default_config",
    "load",
    "load_project",
]
