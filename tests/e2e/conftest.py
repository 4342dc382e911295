"""What several end-to-end tests use."""

from __future__ import annotations

from pathlib import Path

import pytest
from telegram_tools import Decoder

from dsmrforge.build import build_host
from dsmrforge.decode import settings


@pytest.fixture(scope="session")
def decode(tmp_path_factory: pytest.TempPathFactory) -> Decoder:
    """The firmware's parser with sanitizers: a step outside its memory ends it."""
    work: Path = tmp_path_factory.mktemp("decode")
    return Decoder(build_host(work, settings(), program="decode", sanitize=True).program)
