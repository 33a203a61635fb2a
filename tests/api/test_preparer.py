"""The preparation of a machine where something is missing: one French sentence says what to do."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("bash", "dirname", "awk", "cmp", "cp", "df", "id", "env")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A copy of what the script needs, on a machine with nothing but `bin`."""
    for each in ("scripts/preparer.sh", "requirements/uv.txt"):
        (tmp_path / each).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / each, tmp_path / each)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return tmp_path


def prepare(machine: Path, **environment: str) -> str:
    """Run the script; return what it says on the error output."""
    outcome = subprocess.run(
        ["bash", "scripts/preparer.sh"],
        cwd=machine,
        env={"PATH": str(machine / "bin"), "HOME": str(machine), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert outcome.returncode == 1, outcome.stdout
    last = outcome.stderr.strip().splitlines()[-1]
    assert last.startswith("✗ ")
    return last


def put(machine: Path, name: str, script: str) -> None:
    """Write a command of this machine."""
    command = machine / "bin" / name
    command.unlink(missing_ok=True)
    command.write_text(f"#!{shutil.which('bash')}\n{script}\n", encoding="utf-8")
    command.chmod(0o755)


def test_without_git(machine: Path) -> None:
    assert "Il manque git (Debian : apt install git)" in prepare(machine)


def test_without_the_python_that_is_needed(machine: Path) -> None:
    put(machine, "git", "")
    put(machine, "python3", "exit 1")
    assert "Il manque CPython 3.11" in prepare(machine)


def test_on_a_disk_with_little_room(machine: Path) -> None:
    put(machine, "git", "")
    put(machine, "df", "printf 'titre\\n/dev/x 9000 8000 1000 80%% /\\n'")
    told = prepare(machine, PYTHON=sys.executable)
    assert "Il reste 1000 Mo" in told
    assert not (machine / ".outils").exists()


def test_without_network(machine: Path) -> None:
    put(machine, "git", "")
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    told = prepare(machine, PYTHON=sys.executable, **nowhere)
    assert "vérifiez l'accès à Internet" in told
    assert "HTTPS_PROXY" in told
