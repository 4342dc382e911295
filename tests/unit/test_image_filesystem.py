"""One way to pack and unpack, whatever the file system."""

from typing import get_args

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.image.filesystem import Kind, inspect, pack, recognise, unpack
from dsmrforge.image.flashmap import LAYOUTS, Layout
from dsmrforge.image.littlefs import write_littlefs
from dsmrforge.image.spiffs import write_spiffs

KINDS = get_args(Kind)
FILES = {"/index.html": b"<p>" * 5000, "/settings.json": b"{}", "/log": b""}
WITH_FILE_SYSTEM = [layout for layout in LAYOUTS.values() if layout.fs_size]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layout", WITH_FILE_SYSTEM, ids=lambda layout: layout.name)
def test_image_of_every_layout_is_recognised_and_unpacked(kind: Kind, layout: Layout) -> None:
    image = pack(kind, FILES, layout)
    assert len(image) == layout.fs_size
    assert recognise(image) == (kind, layout.block)
    assert unpack(image) == (kind, FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_inspect_tells_what_is_in_an_image(kind: Kind) -> None:
    info = inspect(pack(kind, FILES, LAYOUTS["1m64"]))
    assert (info.kind, info.block, info.size) == (kind, 4096, 65536)
    assert [(entry.name, entry.size) for entry in info.files] == [
        ("/index.html", 15_000),
        ("/log", 0),
        ("/settings.json", 2),
    ]
    # SPIFFS: 60 + 1 data pages and 3 headers. LittleFS: 4 blocks of data and 2 superblocks.
    assert info.used == (64 * 256 if kind == "spiffs" else 6 * 4096)


@pytest.mark.parametrize("kind", KINDS)
def test_layout_without_a_file_system_is_refused(kind: Kind) -> None:
    with pytest.raises(ForgeError, match="layout 1m has no file system"):
        pack(kind, FILES, LAYOUTS["1m"])


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_files_are_refused_with_the_sizes(kind: Kind) -> None:
    with pytest.raises(ForgeError, match=r"the files need .* bytes.* image of 64K has"):
        pack(kind, {"/x": bytes(70_000)}, LAYOUTS["1m64"])


def test_small_images_of_both_block_sizes_are_told_apart() -> None:
    for block in (4096, 8192):
        for blocks in (3, 4, 5):
            assert recognise(write_spiffs({}, blocks * block, block)) == ("spiffs", block)
            assert recognise(write_littlefs({}, blocks * block, block)) == ("littlefs", block)


@pytest.mark.parametrize("data", [b"", b"\xe9" * 70_000, bytes(65536), b"\xff" * 65536])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    for look in (recognise, inspect, unpack):
        with pytest.raises(ForgeError, match="neither a SPIFFS nor a LittleFS image"):
            look(data)
