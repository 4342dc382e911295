"""A SPIFFS image gives back every file, whatever its size, up to the last page."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmrforge.errors import ForgeError
from dsmrforge.image.flashmap import LAYOUTS, Layout
from dsmrforge.image.spiffs import (
    DATA_PER_PAGE,
    list_spiffs,
    page_capacity,
    pages_for,
    read_spiffs,
    spiffs_used,
    write_spiffs,
)

WITH_FILE_SYSTEM = [layout for layout in LAYOUTS.values() if layout.fs_size]
NOISE = random.Random(7).randbytes(512 * 1024)
# The first index page holds 105 data pages, each further one 124.
INDEX_ENDS = [105, 105 + 124, 105 + 2 * 124]


def largest_file(size: int, block: int) -> int:
    pages = page_capacity(size, block)
    while pages_for(pages * DATA_PER_PAGE) > page_capacity(size, block):
        pages -= 1
    return pages * DATA_PER_PAGE


def comes_back(size: int, image_size: int, block: int) -> bool:
    content = NOISE[:size]
    return read_spiffs(write_spiffs({"/x": content}, image_size, block), block) == {"/x": content}


@pytest.mark.parametrize(("size", "block"), [(4 * 4096, 4096), (3 * 8192, 8192)])
def test_every_size_from_empty_to_full_of_a_small_image(size: int, block: int) -> None:
    full = largest_file(size, block)
    assert all(comes_back(length, size, block) for length in range(full + 1))
    with pytest.raises(ForgeError):
        write_spiffs({"/x": NOISE[: full + 1]}, size, block)


@pytest.mark.parametrize(("size", "block"), [(128 * 1024, 4096), (256 * 1024, 8192)])
@pytest.mark.parametrize("end", INDEX_ENDS)
def test_every_size_around_the_end_of_an_index_page(size: int, block: int, end: int) -> None:
    limit = min(largest_file(size, block), (end + 1) * DATA_PER_PAGE + 1)
    sizes = range((end - 1) * DATA_PER_PAGE, limit + 1)
    assert all(comes_back(length, size, block) for length in sizes)


@pytest.mark.parametrize(("size", "block"), [(128 * 1024, 4096), (128 * 1024, 8192)])
def test_every_number_of_pages_from_empty_to_full(size: int, block: int) -> None:
    full = largest_file(size, block)
    for edge in range(0, full + 1, DATA_PER_PAGE):
        for length in (edge, edge + 1):
            if length <= full:
                assert comes_back(length, size, block), length


@pytest.mark.parametrize("layout", WITH_FILE_SYSTEM, ids=lambda layout: layout.name)
def test_every_layout_takes_its_largest_file_and_not_a_byte_more(layout: Layout) -> None:
    full = largest_file(layout.fs_size, layout.block)
    assert comes_back(full, layout.fs_size, layout.block)
    needed = pages_for(full + 1)
    available = page_capacity(layout.fs_size, layout.block)
    with pytest.raises(ForgeError, match=f"{needed * 256:,} bytes") as refused:
        write_spiffs({"/x": NOISE[: full + 1]}, layout.fs_size, layout.block)
    assert f"room for {available * 256:,}" in refused.value.message


@pytest.mark.parametrize("layout", WITH_FILE_SYSTEM, ids=lambda layout: layout.name)
def test_every_layout_can_be_full_of_empty_files(layout: Layout) -> None:
    pages = page_capacity(layout.fs_size, layout.block)
    files = {f"/{number}": b"" for number in range(pages)}
    image = write_spiffs(files, layout.fs_size, layout.block)
    assert read_spiffs(image, layout.block) == files
    assert spiffs_used(image, layout.block) == pages * 256
    with pytest.raises(ForgeError):
        write_spiffs({**files, "/one-more": b""}, layout.fs_size, layout.block)


def test_two_blocks_stay_free() -> None:
    image = write_spiffs({"/x": NOISE[: largest_file(65536, 4096)]}, 65536)
    for start in (14 * 4096, 15 * 4096):
        look_up, pages = image[start : start + 252], image[start + 256 : start + 4096]
        assert set(look_up) == {0xFF}
        assert set(pages) == {0xFF}


@pytest.mark.parametrize(
    ("size", "pages"),
    [(0, 1), (1, 2), (251, 2), (252, 3), (105 * 251, 106), (105 * 251 + 1, 108), (229 * 251, 231)],
)
def test_pages_of_a_file(size: int, pages: int) -> None:
    assert pages_for(size) == pages
    assert spiffs_used(write_spiffs({"/x": bytes(size)}, 131072)) == pages * 256


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.é ", min_size=1, max_size=30).filter(
    lambda name: name not in (".", "..") and len(name.encode()) <= 30
)
contents = st.builds(
    lambda size, at: NOISE[at : at + size],
    st.one_of(st.sampled_from([0, 1, 250, 251, 252, 502, 105 * 251]), st.integers(0, 40_000)),
    st.integers(0, 99_999),
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(names.map("/".__add__), contents, max_size=20),
    st.sampled_from(WITH_FILE_SYSTEM),
)
def test_any_files_come_back_or_are_refused_as_too_many(
    files: dict[str, bytes], layout: Layout
) -> None:
    needed = sum(pages_for(len(content)) for content in files.values())
    if needed > page_capacity(layout.fs_size, layout.block):
        with pytest.raises(ForgeError, match=f"{needed} pages"):
            write_spiffs(files, layout.fs_size, layout.block)
        return
    image = write_spiffs(files, layout.fs_size, layout.block)
    assert len(image) == layout.fs_size
    assert read_spiffs(image, layout.block) == files
    listed = {entry.name: entry.size for entry in list_spiffs(image, layout.block)}
    assert listed == {name: len(content) for name, content in files.items()}


@given(st.permutations(["/a", "/b", "/c", "/d"]))
def test_the_order_of_the_files_does_not_change_the_image(order: list[str]) -> None:
    assert write_spiffs(dict.fromkeys(order, b"x"), 65536) == write_spiffs(
        dict.fromkeys(sorted(order), b"x"), 65536
    )
