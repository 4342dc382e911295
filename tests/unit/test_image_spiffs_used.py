"""SPIFFS as a device leaves it: pages in any block, deleted ones, and the traces of power cuts."""

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsmrforge.errors import ForgeError
from dsmrforge.image.filesystem import inspect, unpack
from dsmrforge.image.spiffs import is_spiffs, list_spiffs, read_spiffs, spiffs_used, write_spiffs

SIZE, BLOCK = 131072, 4096
FILES = {
    "/hours.csv": random.Random(1).randbytes(70_000),
    "/index.html": random.Random(2).randbytes(9_000),
    "/days.csv": random.Random(3).randbytes(251),
    "/empty": b"",
}
# Objects are numbered by name.
DAYS, HOURS = 1, 3
DELETED, REMOVAL_BEGUN, NOT_FINAL = 0x80, 0x40, 0x02


class Device:
    """Moves, deletes and spoils pages of an image as the core's SPIFFS does on flash."""

    def __init__(self, files: dict[str, bytes] = FILES) -> None:
        self.image = bytearray(write_spiffs(files, SIZE, BLOCK))

    def pages(self) -> list[int]:
        return [n for n in range(SIZE // 256) if n % 16 and self.entry(n) not in (0, 0xFFFF)]

    def free_pages(self) -> list[int]:
        return [n for n in range(SIZE // 256) if n % 16 and self.entry(n) == 0xFFFF]

    def page(self, object_id: int, span: int) -> int:
        """Where a page is, by object id (with the index bit) and span."""
        wanted = (object_id, span)
        return next(
            n
            for n in self.pages()
            if struct.unpack_from("<HH", self.image, n * 256) == wanted and self.flags(n) & 0x80
        )

    def entry(self, number: int) -> int:
        return int(struct.unpack_from("<H", self.image, self._entry_at(number))[0])

    def _entry_at(self, number: int) -> int:
        return number // 16 * BLOCK + (number % 16 - 1) * 2

    def flags(self, number: int) -> int:
        return self.image[number * 256 + 4]

    def clear(self, number: int, flag: int) -> None:
        self.image[number * 256 + 4] &= ~flag

    def set(self, number: int, flag: int) -> None:
        self.image[number * 256 + 4] |= flag

    def copy(self, number: int, target: int) -> None:
        self.image[target * 256 : target * 256 + 256] = self.image[
            number * 256 : number * 256 + 256
        ]
        struct.pack_into("<H", self.image, self._entry_at(target), self.entry(number))

    def delete(self, number: int) -> None:
        struct.pack_into("<H", self.image, self._entry_at(number), 0)
        self.clear(number, DELETED)

    def erase(self, number: int) -> None:
        """As if its whole block had been erased: the page is gone, its entry free."""
        self.image[number * 256 : number * 256 + 256] = b"\xff" * 256
        struct.pack_into("<H", self.image, self._entry_at(number), 0xFFFF)

    def point(self, number: int, target: int) -> None:
        """Correct the index that names a data page."""
        object_id, span = struct.unpack_from("<HH", self.image, number * 256)
        if object_id & 0x8000:
            return
        if span < 105:
            index, at = self.page(object_id | 0x8000, 0), 46 + span * 2
        else:
            index = self.page(object_id | 0x8000, 1 + (span - 105) // 124)
            at = 8 + (span - 105) % 124 * 2
        struct.pack_into("<H", self.image, index * 256 + at, target)

    def move(self, number: int, target: int) -> None:
        self.copy(number, target)
        self.point(number, target)
        self.delete(number)

    def read(self) -> dict[str, bytes]:
        return read_spiffs(bytes(self.image), BLOCK)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_pages_may_lie_in_any_block_in_any_order(dice: random.Random) -> None:
    device = Device()
    for _ in range(60):
        target = dice.choice(device.free_pages())
        device.move(dice.choice(device.pages()), target)
    assert device.read() == FILES
    assert spiffs_used(bytes(device.image)) == len(device.pages()) * 256
    assert unpack(bytes(device.image)) == ("spiffs", FILES)


def test_deleted_file_is_passed_over() -> None:
    device = Device()
    for number in device.pages():
        if device.entry(number) & 0x7FFF == DAYS:
            device.delete(number)
    assert set(device.read()) == set(FILES) - {"/days.csv"}


@pytest.mark.parametrize("flag", [DELETED, REMOVAL_BEGUN])
def test_header_marked_as_deleted_is_passed_over(flag: int) -> None:
    device = Device()
    device.clear(device.page(DAYS | 0x8000, 0), flag)
    assert set(device.read()) == set(FILES) - {"/days.csv"}


def test_header_not_yet_final_is_passed_over() -> None:
    device = Device()
    device.set(device.page(DAYS | 0x8000, 0), NOT_FINAL)
    assert set(device.read()) == set(FILES) - {"/days.csv"}


def test_of_two_headers_the_first_counts_as_on_the_device() -> None:
    device = Device()
    old, new = device.page(DAYS | 0x8000, 0), device.free_pages()[-1]
    device.copy(old, new)
    struct.pack_into("<I", device.image, new * 256 + 8, 100)
    assert device.read()["/days.csv"] == FILES["/days.csv"]
    device.delete(old)
    assert device.read()["/days.csv"] == FILES["/days.csv"][:100]


def test_page_that_was_moved_while_its_index_was_not_corrected_is_found() -> None:
    device = Device()
    old, new = device.page(DAYS, 0), device.free_pages()[-1]
    device.copy(old, new)
    device.erase(old)
    assert device.read() == FILES


def test_page_that_was_rewritten_while_its_index_was_not_corrected_counts() -> None:
    device = Device()
    old, new = device.page(DAYS, 0), device.free_pages()[-1]
    device.copy(old, new)
    device.image[new * 256 + 5] ^= 0xFF
    device.delete(old)
    assert device.read()["/days.csv"][1:] == FILES["/days.csv"][1:]
    assert device.read()["/days.csv"][0] == FILES["/days.csv"][0] ^ 0xFF


def test_deleted_page_still_counts_when_its_successor_is_not_final() -> None:
    device = Device()
    old, new = device.page(DAYS, 0), device.free_pages()[-1]
    device.copy(old, new)
    device.image[new * 256 + 5] ^= 0xFF
    device.set(new, NOT_FINAL)
    device.delete(old)
    assert device.read() == FILES


def test_block_that_was_being_erased_is_passed_over() -> None:
    device = Device()
    last = SIZE - BLOCK
    device.image[last : last + BLOCK] = random.Random(5).randbytes(BLOCK)
    device.image[last + 252] = 0
    assert device.read() == FILES


def test_two_blocks_without_a_magic_number_are_no_spiffs() -> None:
    device = Device()
    for block in (30, 31):
        device.image[block * BLOCK + 252] = 0
    assert not is_spiffs(bytes(device.image))
    with pytest.raises(ForgeError, match="not a SPIFFS image"):
        device.read()


def test_missing_data_page_is_named_and_the_file_still_listed() -> None:
    device = Device()
    device.erase(device.page(HOURS, 3))
    with pytest.raises(ForgeError, match=r"'/hours.csv' .* damaged: its bytes from 753 on are"):
        device.read()
    listed = {entry.name: entry.size for entry in list_spiffs(bytes(device.image))}
    assert listed == {name: len(content) for name, content in FILES.items()}


def test_missing_index_page_is_named() -> None:
    device = Device()
    device.erase(device.page(HOURS | 0x8000, 1))
    with pytest.raises(ForgeError, match=r"'/hours.csv' .* damaged: its index page 1 is missing"):
        device.read()


def test_size_beyond_the_image_is_damage() -> None:
    device = Device()
    struct.pack_into("<I", device.image, device.page(DAYS | 0x8000, 0) * 256 + 8, 0xFFFFFFF0)
    with pytest.raises(ForgeError, match="more than the whole image"):
        device.read()


def test_name_that_is_not_unicode_is_shown_escaped() -> None:
    device = Device({"/a": b"x"})
    device.image[device.page(DAYS | 0x8000, 0) * 256 + 14] = 0xFF
    assert device.read() == {"/\\xff": b"x"}


def test_size_of_zero_is_an_empty_file() -> None:
    device = Device({"/a": b""})
    struct.pack_into("<I", device.image, device.page(DAYS | 0x8000, 0) * 256 + 8, 0)
    assert device.read() == {"/a": b""}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 255)), max_size=60),
    st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), max_size=30),
)
def test_changed_bytes_are_read_or_refused(
    anywhere: list[tuple[int, int]], first_block: list[tuple[int, int]]
) -> None:
    image = bytearray(Device().image)
    for offset, value in anywhere + first_block:
        image[offset] = value
    for look in (read_spiffs, list_spiffs, unpack, inspect):
        try:
            look(bytes(image))
        except ForgeError as refused:
            assert refused.message
            assert refused.hint


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=0, max_size=200), st.integers(3, 8), st.sampled_from([4096, 8192]))
def test_arbitrary_bytes_behind_the_magic_numbers_are_read_or_refused(
    seed: bytes, blocks: int, block: int
) -> None:
    noise = random.Random(seed).randbytes(blocks * block)
    image = bytearray(noise)
    dice = random.Random(seed + b"!")
    for start in range(0, len(image), block):
        image[start + 252 : start + 254] = b"\x29\x04"
        for number in range(1, block // 256):
            # Plausible pages: few ids, few spans, mostly live flags.
            object_id = dice.choice([1, 2, 0x8001, 0x8002, 0, 0xFFFF])
            struct.pack_into("<H", image, start + (number - 1) * 2, object_id)
            flags = dice.choice([0xFC, 0xF8, 0x7C, 0xFE])
            struct.pack_into(
                "<HHB", image, start + number * 256, object_id, dice.randrange(3), flags
            )
            if dice.random() < 0.5:
                struct.pack_into("<I", image, start + number * 256 + 8, dice.randrange(3000))
    try:
        files = read_spiffs(bytes(image), block)
    except ForgeError:
        return
    assert sum(map(len, files.values())) <= len(image)
