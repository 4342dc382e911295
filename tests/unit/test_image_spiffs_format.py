"""The bytes of a SPIFFS image are those that the device's own code expects."""

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.image.spiffs import is_spiffs, page_capacity, read_spiffs, write_spiffs


def test_every_block_has_its_magic_number_and_its_own_erase_count() -> None:
    image = write_spiffs({}, 65536)
    for block in range(16):
        assert image[block * 4096 + 252 : block * 4096 + 256] == bytes([0x29, 0x04, block, 0])


def test_an_empty_image_is_erased_but_for_that() -> None:
    image = write_spiffs({}, 131072, 8192)
    rest = b"".join(image[at : at + 252] + image[at + 256 : at + 8192] for at in (0, 8192))
    assert set(rest) == {0xFF}


def test_look_up_page_names_the_object_of_every_page() -> None:
    image = write_spiffs({"/a": bytes(300), "/b": b""}, 65536)
    assert image[:10] == bytes.fromhex("0180 0100 0100 0280 ffff")


def test_index_header_page() -> None:
    page = write_spiffs({"/a.txt": bytes(300)}, 65536)[256:512]
    assert page[:5] == bytes.fromhex("0180 0000 f8")
    assert page[5:8] == b"\xff\xff\xff"
    assert page[8:12] == (300).to_bytes(4, "little")
    assert page[12] == 1
    assert page[13:45] == b"/a.txt".ljust(32, b"\0")
    assert page[46:52] == bytes.fromhex("0200 0300 ffff")


def test_data_page() -> None:
    page = write_spiffs({"/a.txt": bytes(251) + b"end"}, 65536)[768:1024]
    assert page[:5] == bytes.fromhex("0100 0100 fc")
    assert page[5:9] == b"end\xff"


def test_further_index_page_comes_before_its_data() -> None:
    image = write_spiffs({"/x": bytes(106 * 251)}, 65536)
    # Header, 105 data pages, then the index page: the 107th of pages that are 15 to a block.
    at = (106 // 15) * 4096 + (106 % 15 + 1) * 256
    assert image[at : at + 5] == bytes.fromhex("0180 0100 f8")
    assert int.from_bytes(image[at + 8 : at + 10], "little") * 256 == at + 256


def test_empty_file_has_the_size_that_the_device_fills_in_later() -> None:
    """With 0 instead, a later append on the device is lost."""
    image = write_spiffs({"/log": b""}, 65536)
    assert image[256 + 8 : 256 + 12] == b"\xff\xff\xff\xff"
    assert read_spiffs(image) == {"/log": b""}


@pytest.mark.parametrize(
    ("size", "block", "pages"),
    [(65536, 4096, 14 * 15), (131072, 4096, 30 * 15), (524288, 8192, 62 * 31), (12288, 4096, 15)],
)
def test_capacity(size: int, block: int, pages: int) -> None:
    assert page_capacity(size, block) == pages


@pytest.mark.parametrize(
    ("size", "block"), [(0, 4096), (8192, 4096), (65537, 4096), (12288, 8192), (65536, 1024)]
)
def test_impossible_geometry_is_refused(size: int, block: int) -> None:
    with pytest.raises(ForgeError):
        write_spiffs({}, size, block)
    with pytest.raises(ForgeError):
        read_spiffs(bytes(size), block)


def test_block_size_is_told_apart() -> None:
    assert not is_spiffs(write_spiffs({}, 65536, 8192), 4096)
    assert not is_spiffs(bytes(65536))
    assert not is_spiffs(b"\xff" * 65536)
