"""Where the templates and the boards are: in the checkout, or inside the installed wheel."""

from pathlib import Path


def data_folder(name: str) -> Path:
    """The folder ``templates`` or ``boards``.

    A wheel carries them as ``dsmrforge/data/NAME`` (pyproject.toml, force-include); a checkout
    has them beside the package.
    """
    package = Path(__file__).resolve().parent
    installed = package / "data" / name
    return installed if installed.is_dir() else package.parent / name
