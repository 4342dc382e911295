"""Tells PlatformIO that this platform needs no packages: the compiler is the computer's own."""

from platformio.public import PlatformBase


class HostPlatform(PlatformBase):
    """Nothing differs from any other platform but what builder/main.py does."""
