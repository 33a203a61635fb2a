"""The log of the embedded PostgreSQL: no word of an élu is there, and its old lines leave too."""

from datetime import UTC, datetime
from pathlib import Path

_STAMP = "%Y-%m-%d %H:%M:%S"
_STAMP_LENGTH = 19


def log_of(data_dir: Path) -> Path:
    """Return where the embedded server writes, if there is one."""
    return data_dir / "postgres" / "log"


def forget_lines(file: Path, before: datetime) -> int:
    """Erase the lines written before then; return how many. No file is no error.

    The server appends to the same file: it is cut, not replaced.
    """
    if not file.is_file():
        return 0
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    first = next((rank for rank, each in enumerate(lines) if _is_recent(each, before)), len(lines))
    if first:
        with file.open("r+", encoding="utf-8") as target:
            target.writelines(lines[first:])
            target.truncate()
    return first


def _is_recent(line: str, before: datetime) -> bool:
    """Tell whether a line bears a date from then on; one that goes on from another bears none."""
    try:
        written = datetime.strptime(line[:_STAMP_LENGTH], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return written >= before
