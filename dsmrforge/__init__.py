"""dsmrforge: turns a page of settings into a smart-meter logger on a 1 MB ESP-01."""

__version__ = "0.1.0"
