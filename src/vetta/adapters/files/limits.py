"""How much a file may be: the same for every reader."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what is read.

    Args:
        cell_bytes: a longer cell is refused with its row.
        line_bytes: a longer line of text is refused with its row.
        columns: a file with more columns is refused.
        unpacked_bytes: an archive may not grow past this.
        ratio: nor past this many times its packed size, once it is over ``ratio_floor`` bytes.
        members: files in one archive.
        sheet_cells: cells of one spreadsheet, which is read in memory.
    """

    cell_bytes: int = 1_000_000
    line_bytes: int = 1_000_000
    columns: int = 2_000
    unpacked_bytes: int = 20 * 1024**3
    ratio: int = 200
    ratio_floor: int = 100 * 1024**2
    members: int = 1_000
    sheet_cells: int = 30_000_000

    def allows(self, unpacked: int, packed: int) -> bool:
        """Whether ``packed`` bytes may have become ``unpacked`` bytes."""
        if unpacked > self.unpacked_bytes:
            return False
        return unpacked <= self.ratio_floor or unpacked <= self.ratio * max(packed, 1)


LIMITS = Limits()
