"""A firmware image is read, and one that would not start is refused with the reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_firmware import firmware, slow_crc

from dsmrforge.errors import ForgeError
from dsmrforge.image.app import check_app, image_crc, read_app_header
from dsmrforge.image.flashmap import LAYOUTS

LAYOUT = LAYOUTS["1m128"]
GOOD = firmware()


def changed(offset: int, value: int) -> bytes:
    image = bytearray(GOOD)
    image[offset] = value
    return bytes(image)


def test_the_header_of_an_esp01_image_begins_as_documented() -> None:
    assert GOOD[0] == 0xE9
    assert GOOD[2:4] == bytes.fromhex("0320")


def test_header_is_read() -> None:
    header = read_app_header(GOOD)
    assert (header.flash_mode, header.flash_freq, header.flash_size) == ("dout", "40m", "1M")
    assert (header.segments, header.entry) == (2, 0x40100004)
    assert header.length == len(GOOD)
    assert header.crc_ok
    assert header.checksum_ok


def test_a_good_image_passes() -> None:
    assert check_app(GOOD, LAYOUT) == read_app_header(GOOD)


@pytest.mark.parametrize("extra", range(17))
def test_an_image_passes_wherever_its_last_segment_ends(extra: int) -> None:
    assert check_app(firmware(5000 + extra), LAYOUT).checksum_ok


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300))
def test_crc_is_that_of_its_definition(tail: bytes) -> None:
    data = bytes(0x1018) + tail
    assert image_crc(data) == slow_crc(data)


def test_crc_passes_over_its_own_length_and_value() -> None:
    assert image_crc(changed(0x1010, 77)) == image_crc(changed(0x1017, 88)) == image_crc(GOOD)


@pytest.mark.parametrize("mode", ["qio", "qout", "dio"])
def test_wrong_flash_mode_is_refused_with_both_modes(mode: str) -> None:
    with pytest.raises(ForgeError, match=f"flash mode {mode}, the board has dout") as refused:
        check_app(firmware(mode=mode), LAYOUT)
    assert "board_build.flash_mode = dout" in refused.value.hint


def test_another_flash_mode_may_be_the_boards() -> None:
    assert check_app(firmware(mode="qio"), LAYOUT, "qio").flash_mode == "qio"


def test_image_for_a_larger_flash_is_refused() -> None:
    with pytest.raises(ForgeError, match="a flash of 4M, the board has 1M") as refused:
        check_app(firmware(freq_size=0x40), LAYOUT)
    assert "eagle.flash.1m128.ld" in refused.value.hint


def test_unknown_codes_are_shown_as_they_are() -> None:
    header = read_app_header(changed(2, 9))
    assert header.flash_mode == "0x09"
    header = read_app_header(changed(3, 0x75))
    assert (header.flash_freq, header.flash_size) == ("0x5", "0x7")


def test_image_cut_short_between_segments_end_and_checksum_is_refused() -> None:
    with pytest.raises(ForgeError, match=f"{len(GOOD):,} bytes, the file has {len(GOOD) - 1:,}"):
        check_app(GOOD[:-1], LAYOUT)


def test_image_with_something_behind_it_is_refused() -> None:
    with pytest.raises(ForgeError, match="the file has"):
        check_app(GOOD + b"\0", LAYOUT)


def test_changed_byte_is_refused() -> None:
    with pytest.raises(ForgeError, match="CRC is wrong"):
        check_app(changed(5000, GOOD[5000] ^ 1), LAYOUT)


def test_wrong_checksum_is_refused_though_the_crc_fits() -> None:
    image = bytearray(changed(len(GOOD) - 1, GOOD[-1] ^ 1))
    image[0x1014:0x1018] = image_crc(bytes(image)).to_bytes(4, "little")
    with pytest.raises(ForgeError, match="checksum is wrong"):
        check_app(bytes(image), LAYOUT)


def test_image_that_reaches_into_the_file_system_is_refused_with_the_sizes() -> None:
    layout = LAYOUTS["1m512"]
    image = bytearray(firmware(layout.max_image + 16, crc=0))
    image[0x1014:0x1018] = image_crc(bytes(image)).to_bytes(4, "little")
    with pytest.raises(ForgeError, match=r"503,824 bytes, layout 1m512 leaves room for 503,808"):
        check_app(bytes(image), layout)
    assert check_app(bytes(image), LAYOUT)


@pytest.mark.parametrize("offset", [0, 0x1000])
def test_missing_magic_byte_is_named(offset: int) -> None:
    with pytest.raises(ForgeError, match=f"byte 0x{offset:X} is 0x00, not 0xE9"):
        read_app_header(changed(offset, 0))


@pytest.mark.parametrize("segments", [0, 17, 255])
def test_impossible_number_of_segments_is_refused(segments: int) -> None:
    with pytest.raises(ForgeError, match=f"its app has {segments} segments"):
        read_app_header(changed(0x1001, segments))


def test_segment_beyond_the_end_is_refused() -> None:
    with pytest.raises(ForgeError, match="segment 1 of 2 runs beyond the end"):
        read_app_header(changed(0x100F, 0xFF))


def test_missing_segment_is_refused() -> None:
    with pytest.raises(ForgeError, match="it ends before its segment 3 of 3"):
        read_app_header(changed(0x1001, 3))


def test_gzip_is_told_apart() -> None:
    with pytest.raises(ForgeError, match="already compressed"):
        read_app_header(b"\x1f\x8b" + GOOD)


@given(st.binary(max_size=64), st.binary(max_size=64), st.integers(0, 0x1100))
def test_arbitrary_bytes_are_read_or_refused(head: bytes, app: bytes, length: int) -> None:
    data = (head.ljust(0x1000, b"\xe9") + b"\xe9" + app).ljust(0x1018, b"\0")[:length]
    try:
        read_app_header(data)
    except ForgeError as refused:
        assert refused.message
        assert refused.hint
