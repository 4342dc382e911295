"""What tests of all kinds share."""

from __future__ import annotations

import pytest

from dsmrforge.build import HostProgram, build_host
from dsmrforge.config import default_config


@pytest.fixture(scope="session")
def built_host(tmp_path_factory: pytest.TempPathFactory) -> HostProgram:
    """The logger as a program for this computer, under ASan and UBSan."""
    return build_host(tmp_path_factory.mktemp("host"), default_config(), sanitize=True)


@pytest.fixture(scope="session")
def built_decode(tmp_path_factory: pytest.TempPathFactory) -> HostProgram:
    """The parser as a program for this computer, under ASan and UBSan."""
    folder = tmp_path_factory.mktemp("decode")
    return build_host(folder, default_config(), program="decode", sanitize=True)
