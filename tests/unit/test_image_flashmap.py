"""The 1 MB layouts agree with the core's linker scripts."""

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.image.flashmap import (
    APP_START,
    EBOOT_START,
    EEPROM_START,
    FLASH_SIZE,
    LAYOUTS,
    RF_CAL_START,
    SDK_START,
    SECTOR,
    ceil_sector,
    layout_for,
)

FROM_LINKER_SCRIPTS = {
    "1m": (0xFB000, 0, 1_028_096),
    "1m64": (0xEB000, 4096, 962_560),
    "1m128": (0xDB000, 4096, 897_024),
    "1m144": (0xD7000, 4096, 880_640),
    "1m160": (0xD3000, 4096, 864_256),
    "1m192": (0xCB000, 4096, 831_488),
    "1m256": (0xBB000, 4096, 765_952),
    "1m512": (0x7B000, 8192, 503_808),
}


def test_every_layout_is_there() -> None:
    assert list(LAYOUTS) == list(FROM_LINKER_SCRIPTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout_is_that_of_the_linker_script(name: str) -> None:
    layout = LAYOUTS[name]
    assert (layout.fs_start, layout.block, layout.max_image) == FROM_LINKER_SCRIPTS[name]
    assert layout.fs_end == 0xFB000
    assert layout.ldscript == f"eagle.flash.{name}.ld"
    assert layout.name == name


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "1m"])
def test_layout_is_found_by_the_size_of_its_file_system(name: str) -> None:
    assert layout_for(int(name[2:]) * 1024) is LAYOUTS[name]


@pytest.mark.parametrize("size", [0, 1, 128, 100 * 1024, 1024 * 1024, -65536])
def test_other_sizes_are_refused_with_those_that_exist(size: int) -> None:
    with pytest.raises(ForgeError) as refused:
        layout_for(size)
    assert "64K, 128K, 144K, 160K, 192K, 256K, 512K" in refused.value.hint
    assert refused.value.exit_code == 2


def test_the_parts_of_the_flash_follow_each_other() -> None:
    parts = [EBOOT_START, APP_START, EEPROM_START, RF_CAL_START, SDK_START, FLASH_SIZE]
    assert parts == sorted(parts)
    assert all(part % SECTOR == 0 for part in parts)


@pytest.mark.parametrize(("size", "rounded"), [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
def test_sizes_are_rounded_up_to_sectors(size: int, rounded: int) -> None:
    assert ceil_sector(size) == rounded
