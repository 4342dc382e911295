"""What can be updated over the air, and the gzip image that a device can take."""

import gzip
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from image_firmware import firmware

from dsmrforge.errors import ForgeError
from dsmrforge.image import ota
from dsmrforge.image.app import image_crc
from dsmrforge.image.flashmap import LAYOUTS, Layout
from dsmrforge.image.ota import gzip_image, ota_budget

LAYOUT = LAYOUTS["1m128"]
LARGEST_RAW = {
    "1m": 512_000,
    "1m64": 479_232,
    "1m128": 446_464,
    "1m144": 438_272,
    "1m160": 430_080,
    "1m192": 413_696,
    "1m256": 380_928,
    "1m512": 249_856,
}


def sealed(image: bytes) -> bytes:
    """With the right CRC, by the fast way to it."""
    return image[:0x1014] + image_crc(image).to_bytes(4, "little") + image[0x1018:]


def device_accepts(upload: int, running: int, layout: Layout) -> bool:
    """The device's own check, word for word."""

    def ceil4k(size: int) -> int:
        return (size + 4095) & ~4095

    return layout.fs_start - ceil4k(upload) >= ceil4k(running)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_largest_raw_update_is_that_of_the_table(name: str) -> None:
    assert ota_budget(bytes(LARGEST_RAW[name]), LAYOUTS[name]).raw_fits
    too_large = ota_budget(bytes(LARGEST_RAW[name] + 1), LAYOUTS[name])
    assert (too_large.raw_fits, too_large.raw_spare) == (False, -1)


@settings(deadline=None)
@given(st.integers(1, 900_000), st.integers(1, 900_000), st.sampled_from(list(LAYOUTS)))
def test_budget_is_the_devices_own_check(size: int, running: int, name: str) -> None:
    layout = LAYOUTS[name]
    budget = ota_budget(bytes(size), layout, running=running)
    assert budget.raw_fits == device_accepts(budget.raw_size, running, layout)
    assert budget.gzip_fits == device_accepts(budget.gzip_size, running, layout)
    assert budget.raw_fits == (budget.raw_spare >= 0)
    assert budget.gzip_fits == (budget.gzip_spare >= 0)


def test_spare_is_what_the_upload_may_grow_by() -> None:
    image = random.Random(1).randbytes(300_000)
    budget = ota_budget(image, LAYOUT, running=400_000)
    assert device_accepts(budget.raw_size + budget.raw_spare, 400_000, LAYOUT)
    assert not device_accepts(budget.raw_size + budget.raw_spare + 1, 400_000, LAYOUT)


def test_running_image_is_this_one_unless_told() -> None:
    assert ota_budget(bytes(5000), LAYOUT).running == 5000
    assert ota_budget(bytes(5000), LAYOUT, running=1).running == 1


def test_gzip_lets_a_larger_image_through() -> None:
    budget = ota_budget(bytes(500_000), LAYOUT)
    assert not budget.raw_fits
    assert budget.gzip_fits
    assert budget.inflated_fits


def test_gzip_image_inflates_to_the_image() -> None:
    image = firmware(20_000, content=b"telegram " * 900)
    packed = gzip_image(image, LAYOUT)
    assert gzip.decompress(packed) == image
    assert len(packed) == ota_budget(image, LAYOUT).gzip_size < len(image)


def test_gzip_image_is_one_member_with_nothing_behind_it() -> None:
    image = firmware(20_000)
    packed = gzip_image(image, LAYOUT)
    # eboot takes the last four bytes for the size.
    assert int.from_bytes(packed[-4:], "little") == len(image)
    inflate = zlib.decompressobj(31)
    assert inflate.decompress(packed) == image
    assert inflate.eof
    assert inflate.unused_data == b""


def test_gzip_image_has_no_name_and_no_time() -> None:
    assert gzip_image(firmware(), LAYOUT)[:10] == bytes.fromhex("1f8b0800000000 0002ff")


def test_gzip_image_is_the_same_every_time() -> None:
    assert gzip_image(firmware(), LAYOUT) == gzip_image(firmware(), LAYOUT)


def test_wrong_flash_mode_is_not_compressed() -> None:
    with pytest.raises(ForgeError, match="flash mode qio, the board has dout"):
        gzip_image(firmware(mode="qio"), LAYOUT)
    assert gzip_image(firmware(mode="qio"), LAYOUT, "qio")


def test_changed_image_is_not_compressed() -> None:
    with pytest.raises(ForgeError, match="CRC is wrong"):
        gzip_image(firmware(crc=1), LAYOUT)


def test_image_that_inflates_beyond_fs_start_is_not_compressed() -> None:
    image = sealed(firmware(LAYOUT.fs_start + 16, crc=0))
    assert not ota_budget(image, LAYOUT).inflated_fits
    with pytest.raises(ForgeError, match=r"layout 1m128 leaves room for 897,024"):
        gzip_image(image, LAYOUT)


def test_image_that_inflates_right_up_to_fs_start_is_compressed() -> None:
    image = sealed(firmware(LAYOUT.fs_start, crc=0))
    assert gzip.decompress(gzip_image(image, LAYOUT)) == image


def eboot_unpacks(packed: bytes, layout: Layout) -> bytes:
    """Play eboot on a flash: read a sector ahead, inflate 4096 bytes, erase, write."""
    flash = bytearray(layout.fs_start)
    at = layout.fs_start - (len(packed) + 4095 & ~4095)
    flash[at : at + len(packed)] = packed
    size = int.from_bytes(packed[-4:], "little")
    inflate = zlib.decompressobj(31)
    source, pending, written = at, b"", 0
    while written < size:
        out = b""
        while len(out) < min(4096, size - written):
            if not pending:
                pending = bytes(flash[source : source + 4096])
                source += 4096
            out += inflate.decompress(pending, 4096 - len(out))
            pending = inflate.unconsumed_tail
        flash[written : written + 4096] = out.ljust(4096, b"\xff")
        written += 4096
    return bytes(flash[:size])


def test_eboot_unpacks_what_is_compressed() -> None:
    content = random.Random(2).randbytes(200_000)
    image = sealed(firmware(880_000, content=content, crc=0))
    assert eboot_unpacks(gzip_image(image, LAYOUT), LAYOUT) == image


def image_at_the_limit(noise: int) -> bytes:
    """As large as may be, compressible at its start and not at its end."""
    room = LAYOUT.fs_start - 4096 - 8 - 24 - 100 - 1
    content = bytes(room - noise) + random.Random(3).randbytes(noise)
    return sealed(firmware(LAYOUT.fs_start, content=content, crc=0))


def upload_with_last_sector_of(wanted: int) -> tuple[bytes, bytes]:
    """An image at the limit, and its gzip with about ``wanted`` bytes in the last sector."""
    noise = 300_000
    for _ in range(10):
        image = image_at_the_limit(noise)
        packed = ota._compress(image)  # as gzip_image would, did it not refuse
        if abs(len(packed) % 4096 - wanted) < 3:
            return image, packed
        noise += wanted - len(packed) % 4096
    raise AssertionError("no such image found")


def test_image_that_would_overtake_its_own_upload_is_not_compressed() -> None:
    """When the upload's last sector holds a few bytes only, eboot writes over what it must read."""
    image, packed = upload_with_last_sector_of(3)
    assert eboot_unpacks(packed, LAYOUT) != image
    assert not ota_budget(image, LAYOUT).inflated_fits
    with pytest.raises(ForgeError, match="cannot be unpacked below the file system"):
        gzip_image(image, LAYOUT)


def test_image_at_the_limit_that_stays_behind_its_upload_is_compressed() -> None:
    image, packed = upload_with_last_sector_of(2000)
    assert gzip_image(image, LAYOUT) == packed
    assert eboot_unpacks(packed, LAYOUT) == image
