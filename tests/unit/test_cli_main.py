"""The command line as a whole: options, errors, exit statuses."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import dsmrforge.cli
from dsmrforge import __version__
from dsmrforge.cli import COMMANDS, LazyGroup, main
from dsmrforge.cli.common import with_common_options
from dsmrforge.cli.context import Context
from dsmrforge.errors import ForgeError

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    environment.update(options.pop("environment", {}))  # type: ignore[call-overload]
    return subprocess.run(
        [sys.executable, "-m", "dsmrforge", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=60,
        **options,  # type: ignore[call-overload]
    )


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """A command ``probe`` (and ``probes one`` in a group) that notes what it was handed."""
    seen: list[Context] = []

    @click.command("probe")
    @click.argument("what", required=False)
    @click.pass_obj
    def command(context: Context, what: str | None) -> None:
        seen.append(context)
        if what == "forge":
            raise ForgeError("the kettle is cold", "light the fire", exit_code=1)
        if what == "usage":
            raise ForgeError("no such tea", "", exit_code=2)
        if what == "fault":
            raise KeyError("leaf")
        if what == "file":
            Path("no", "such").read_text(encoding="utf-8")
        if what == "interrupt":
            raise KeyboardInterrupt
        if what == "exit":
            click.get_current_context().exit(3)

    group = click.Group("probes", commands=[click.Command("one", callback=command.callback)])
    group.commands["one"].params = [click.Argument(["what"], required=False)]
    commands = {"probe": with_common_options(command), "probes": with_common_options(group)}
    monkeypatch.setattr(
        dsmrforge.cli, "COMMANDS", {**COMMANDS, "probe": ("", "", ""), "probes": ("", "", "")}
    )
    assert isinstance(main, LazyGroup)
    monkeypatch.setattr(main, "commands", {**main.commands, **commands})
    return seen


@pytest.mark.parametrize(
    "arguments",
    [
        ["-v", "--json", "--project", "attic", "probe"],
        ["probe", "-v", "--json", "--project", "attic"],
        ["--json", "probe", "--verbose", "--project", "attic"],
        ["-v", "probes", "--json", "one", "--project", "attic"],
    ],
)
def test_common_options_before_and_after_the_command(
    probe: list[Context], arguments: list[str]
) -> None:
    assert run(*arguments).exit_code == 0

    assert probe == [Context(Path("attic"), json=True, quiet=False, verbose=True)]


def test_what_the_common_options_are_when_not_given(probe: list[Context]) -> None:
    run("probe")

    assert probe == [Context(Path(), json=False, quiet=False, verbose=False)]


def test_the_project_given_last_counts(probe: list[Context]) -> None:
    run("--project", "a", "probe", "--project", "b")

    assert probe[0].project == Path("b")


def test_one_call_leaves_nothing_for_the_next(probe: list[Context]) -> None:
    run("--json", "-q", "probe")
    run("probe")

    assert probe[1] == Context(Path())


def test_quiet_and_verbose_exclude_each_other(probe: list[Context]) -> None:
    result = run("-q", "probe", "-v")

    assert result.exit_code == 2
    assert "--quiet and --verbose exclude each other" in result.stderr
    assert probe == []


@pytest.mark.parametrize("arguments", [["--version"], ["boards", "--version"]])
def test_the_version(arguments: list[str]) -> None:
    assert run(*arguments).stdout == f"dsmrforge {__version__}\n"
    assert json.loads(run("--json", *arguments).stdout) == {"version": __version__}
    assert json.loads(run(*arguments, "--json").stdout) == {"version": __version__}


@pytest.mark.parametrize(("what", "status"), [("forge", 1), ("usage", 2), ("exit", 3)])
def test_exit_statuses(probe: list[Context], what: str, status: int) -> None:
    assert run("probe", what).exit_code == status


def test_an_error_is_what_and_what_to_do(probe: list[Context]) -> None:
    result = run("probe", "forge")

    assert result.stdout == ""
    assert result.stderr == "Error: the kettle is cold\n  → light the fire\n"


def test_an_error_for_programs_is_on_both_streams(probe: list[Context]) -> None:
    result = run("probe", "forge", "--json")

    assert json.loads(result.stdout) == {
        "error": {"message": "the kettle is cold", "hint": "light the fire"}
    }
    assert result.stderr == "Error: the kettle is cold\n  → light the fire\n"


def test_an_interrupt_is_quiet(probe: list[Context]) -> None:
    result = run("probe", "interrupt")

    assert result.exit_code == 130
    assert result.output.strip() == ""


def test_a_file_that_is_not_there_is_no_fault_of_ours(probe: list[Context]) -> None:
    result = run("probe", "file")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: {Path('no', 'such')}: ")
    assert "fault" not in result.stderr


def test_a_fault_is_a_line_and_with_verbose_a_traceback(probe: list[Context]) -> None:
    result = run("probe", "fault")

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: this is a fault in dsmrforge: KeyError: 'leaf'\n  → ")
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("probe", "fault", "-v").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["buld"], "No such command: buld. Did you mean build?"),
        (["zzz"], "No such command: zzz."),
        (["boards", "--nope"], "No such option"),
        (["boards", "extra"], "unexpected extra argument"),
        (["init", "--board"], "requires an argument"),
        (["--project"], "requires an argument"),
        (["config", "chek"], "No such command 'chek'"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 2
    assert "--help` lists what it takes" in result.stderr
    assert said in json.loads(run("--json", *arguments).stdout)["error"]["message"]
    if "requires an argument" not in said:  # --json would be that argument
        assert said in json.loads(run(*arguments, "--json").stdout)["error"]["message"]


@pytest.mark.parametrize("arguments", [[], ["config"]])
def test_no_command_shows_the_help(arguments: list[str]) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert result.stderr.startswith("Usage: ")
    assert "Examples:" in result.stderr


def present() -> list[str]:
    """The commands; none is missing once the project is whole."""
    return [name for name, (module, *_) in COMMANDS.items() if importlib.util.find_spec(module)]


def command_of(name: str) -> click.Command:
    module, attribute, _ = COMMANDS[name]
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


@pytest.mark.parametrize("name", present())
def test_the_help_of_each_command_ends_with_examples(name: str) -> None:
    def each(command: click.Command, path: list[str]) -> list[list[str]]:
        below = getattr(command, "commands", {})
        return [path, *(p for key, sub in below.items() for p in each(sub, [*path, key]))]

    for path in each(command_of(name), [name]):
        result = run(*path, "--help")

        assert result.exit_code == 0
        assert "Examples:" in result.stdout.split("Show this message and exit.")[1]
        assert "--json" in result.stdout
        assert all(len(line) <= 80 for line in result.stdout.splitlines()), path


@pytest.mark.parametrize("name", present())
def test_the_table_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    assert command_of(name).get_short_help_str(200) == COMMANDS[name][2]


def test_the_main_help_names_all_commands_and_fits_the_terminal() -> None:
    result = run("--help")

    for name, (*_, line) in COMMANDS.items():
        assert any(row.split() == [name, *line.split()] for row in result.stdout.splitlines()), name
    assert all(len(line) <= 80 for line in result.stdout.splitlines())
    assert "_DSMRFORGE_COMPLETE" in result.stdout


def test_the_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, click; before = set(sys.modules)\n"
        "from dsmrforge.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "print({name.partition('.')[0] for name in set(sys.modules) - before}, file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=True,
    )

    imported = set(eval(result.stderr))
    assert "dsmrforge" in imported
    heavy = {"rich", "pydantic", "jinja2", "platformio", "asyncio", "tree_sitter", "tomllib"}
    assert not imported & heavy


def test_completion_offers_the_commands() -> None:
    result = process(
        environment={
            "_DSMRFORGE_COMPLETE": "bash_complete",
            "COMP_WORDS": "dsmrforge b",
            "COMP_CWORD": "1",
        },
    )
    # python -m has another program name, and so another variable: ask the group itself
    assert result.returncode == 2
    completions = main.shell_complete(click.Context(main), "b")
    assert [item.value for item in completions] == ["boards", "build"]


def test_a_real_process(here: Path) -> None:
    made = process("init", "attic", "--yes", cwd=here)
    assert (made.returncode, made.stderr) == (0, "")

    (here / "attic" / "dsmrforge.toml").write_text("[p1]\nversion = 6\n", encoding="utf-8")
    checked = process("config", "check", "--project", "attic", cwd=here)

    assert checked.returncode == 2
    assert checked.stdout == ""
    file = Path("attic", "dsmrforge.toml")
    assert checked.stderr.splitlines() == [
        f"Error: {file}:2: [p1] version: found 6, would do: auto, 2, 3, 4 or 5",
        "  → correct that, then `dsmrforge config check` says whether all is well",
    ]


def test_plain_ascii_where_the_terminal_can_do_no_better(here: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    (here / "dsmrforge.toml").write_text('[device]\nname = "zähler"\n', encoding="utf-8")

    result = process("config", "check", "--json", cwd=here, environment=ascii_only)

    assert result.returncode == 2
    assert result.stderr.isascii()
    assert "\n  -> " in result.stderr
    assert "zähler" in json.loads(result.stdout)["error"]["message"]
    assert process("boards", environment=ascii_only).stdout.isascii()


def test_no_colours_in_a_pipe() -> None:
    assert "\x1b" not in process("boards").stdout + process("buld").stderr


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo terminals")
@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_whole_words_and_a_red_label_unless_unwanted(
    here: Path, no_color: str
) -> None:
    import pty

    (here / "dsmrforge.toml").write_text("[zzz]\n", encoding="utf-8")
    (here / "secrets.toml").write_text("", encoding="utf-8")
    master, slave = pty.openpty()
    try:
        status = subprocess.run(
            [sys.executable, "-m", "dsmrforge", "config", "check"],
            cwd=here,
            stderr=slave,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "60", "NO_COLOR": no_color},
            timeout=60,
        ).returncode
        said = os.read(master, 10000).decode()
    finally:
        os.close(master)
        os.close(slave)

    assert status == 2
    assert ("\x1b[31m" in said) == (not no_color)
    lines = [click.unstyle(line) for line in said.splitlines()]
    assert lines[0] == "Error: 3 mistakes in the settings"
    assert all(len(line) <= 60 for line in lines)
    assert "[filesystem]," in " ".join(lines).split()


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise there")
@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "dsmrforge", "--help"],
        ["-m", "dsmrforge", "boards"],
        ["-m", "dsmrforge", "config", "schema"],
        # what is still in the buffer when the command is done
        [
            "-c",
            "import sys; from pathlib import Path\n"
            "from dsmrforge.cli.context import Context\n"
            "from dsmrforge.cli.report import run\n"
            "sys.exit(run(lambda: print('x'), Context(Path())))",
        ],
    ],
)
def test_a_reader_that_has_had_enough(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        result = subprocess.run(
            [sys.executable, *arguments],
            stdout=write,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=60,
        )
    finally:
        os.close(write)

    assert result.stderr == b""
    assert result.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="there are no such signals")
def test_an_interrupted_process_ends_with_130(here: Path) -> None:
    """A named pipe in the settings' place keeps it reading until the signal comes."""
    os.mkfifo(here / "dsmrforge.toml")
    child = subprocess.Popen(
        [sys.executable, "-m", "dsmrforge", "config", "check"],
        cwd=here,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with (here / "dsmrforge.toml").open("wb"):  # opens when the child has opened it
        child.send_signal(signal.SIGINT)
        _, stderr = child.communicate(timeout=60)

    assert child.returncode == 130
    assert stderr.strip() == b""
