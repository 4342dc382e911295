"""LittleFS images that the Arduino core mounts, and back."""

import random

import littlefs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmrforge.errors import ForgeError
from dsmrforge.image.littlefs import (
    is_littlefs,
    list_littlefs,
    littlefs_used,
    read_littlefs,
    write_littlefs,
)

NOISE = random.Random(7).randbytes(100_000)
FILES = {"/index.html": NOISE[:20_000], "/history/days.csv": NOISE[:64], "/empty": b""}


@pytest.mark.parametrize("block", [4096, 8192])
def test_files_and_folders_come_back(block: int) -> None:
    image = write_littlefs(FILES, 131072, block)
    assert len(image) == 131072
    assert read_littlefs(image, block) == FILES
    listed = [(entry.name, entry.size) for entry in list_littlefs(image, block)]
    assert listed == [("/empty", 0), ("/history/days.csv", 64), ("/index.html", 20_000)]


@pytest.mark.parametrize("block", [4096, 8192])
def test_superblock_says_what_the_device_compares(block: int) -> None:
    image = write_littlefs(FILES, 131072, block)
    context = littlefs.UserContext(buffer=bytearray(image))
    volume = littlefs.LittleFS(
        context=context, mount=False, block_size=block, block_count=0, name_max=32
    )
    volume.mount()
    stat = volume.fs_stat()
    assert stat.disk_version == 0x00020000
    assert (stat.block_size, stat.block_count) == (block, 131072 // block)
    assert stat.name_max == 32


SIZES = [0, 1, 63, 64, 65, 4095, 4096, 4097, 8187, 8188, 8189, 49_000]


@pytest.mark.parametrize("size", SIZES)
def test_sizes_around_the_ends_of_blocks_come_back(size: int) -> None:
    assert read_littlefs(write_littlefs({"/x": NOISE[:size]}, 65536)) == {"/x": NOISE[:size]}


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"\A(/[a-z]{1,8}){1,2}\.[a-z]\Z"), st.sampled_from(SIZES[:-1]), max_size=10
    )
)
def test_any_files_come_back_or_are_refused(sizes: dict[str, int]) -> None:
    files = {name: NOISE[:size] for name, size in sizes.items()}
    try:
        image = write_littlefs(files, 65536)
    except ForgeError as refused:
        assert "need at least" in refused.message
        return
    assert read_littlefs(image) == files


def test_the_order_of_the_files_does_not_change_the_image() -> None:
    backwards = dict(reversed(FILES.items()))
    assert write_littlefs(FILES, 65536) == write_littlefs(backwards, 65536)


def test_too_full_is_refused_with_the_sizes() -> None:
    # 64 KB in blocks of 4096, a few bytes of each for pointers: 17 blocks, and 2 superblocks.
    with pytest.raises(ForgeError, match=r"need at least 77,824 bytes, .* 64K has 65,536"):
        write_littlefs({"/x": bytes(65536)}, 65536)


def test_full_of_small_files_is_refused_with_the_sizes() -> None:
    with pytest.raises(ForgeError, match=r"need at least 69,632 bytes, .* 64K has 65,536"):
        write_littlefs({f"/{number}": NOISE[:64] for number in range(700)}, 65536)


@pytest.mark.parametrize(("size", "block"), [(0, 4096), (8192, 4096), (65537, 4096), (65536, 512)])
def test_impossible_geometry_is_refused(size: int, block: int) -> None:
    with pytest.raises(ForgeError, match="cannot have"):
        write_littlefs({}, size, block)


def test_used_counts_blocks() -> None:
    assert littlefs_used(write_littlefs({}, 65536)) == 2 * 4096
    assert littlefs_used(write_littlefs({"/x": bytes(5000)}, 65536)) == 4 * 4096


def test_block_size_is_told_apart() -> None:
    image = write_littlefs(FILES, 131072, 8192)
    assert is_littlefs(image, 8192)
    assert not is_littlefs(image, 4096)
    assert not is_littlefs(image[:-1], 8192)


def test_image_with_its_older_superblock_damaged_is_read() -> None:
    image = bytearray(write_littlefs(FILES, 65536))
    older = min((0, 4096), key=lambda at: int.from_bytes(image[at : at + 4], "little"))
    image[older : older + 64] = bytes(64)
    assert read_littlefs(bytes(image)) == FILES


def test_reading_leaves_the_image_alone() -> None:
    image = write_littlefs(FILES, 65536)
    before = bytes(bytearray(image))
    read_littlefs(image)
    assert image == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 15), st.integers(0, 63), st.integers(0, 255)),
        min_size=1,
        max_size=20,
    )
)
def test_changed_bytes_are_read_or_refused(changes: list[tuple[int, int, int]]) -> None:
    image = bytearray(write_littlefs(FILES, 65536))
    for block, offset, value in changes:
        image[block * 4096 + offset] = value
    for look in (read_littlefs, list_littlefs, littlefs_used):
        try:
            look(bytes(image))
        except ForgeError as refused:
            assert refused.hint


@pytest.mark.parametrize("data", [b"", bytes(65536), b"\xff" * 65536, b"\0" * 8 + b"littlefs" * 8])
def test_what_is_no_littlefs_is_refused(data: bytes) -> None:
    for look in (read_littlefs, list_littlefs, littlefs_used):
        with pytest.raises(ForgeError, match="not a sound LittleFS image"):
            look(data)
