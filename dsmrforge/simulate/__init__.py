"""Runs the firmware on this computer and is the meter that it listens to."""
