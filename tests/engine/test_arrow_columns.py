"""Arrow columns from Python values are those that pyarrow itself would build."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from vetta.engine.schema.arrow import array_of

COLUMNS = [
    (pa.string(), ["a", None, "", "Łódź 🌍", None, "x" * 300, "b", "c", "d", None]),
    (pa.date32(), [date(1900, 1, 1), None, date(9999, 12, 31), date(1970, 1, 1)]),
    (pa.int32(), [1, None, -(2**31), 2**31 - 1]),
    (pa.int64(), [2**63 - 1, None, -5]),
    (pa.bool_(), [True, False, None, True, None, True, True, False, True]),
    (pa.decimal128(38, 10), [Decimal("1.5"), None, Decimal("-0.0000000001"), Decimal(10**20)]),
]


@pytest.mark.parametrize(("type_", "values"), COLUMNS, ids=[str(one) for one, _ in COLUMNS])
@pytest.mark.parametrize("part", ["all", "without nulls", "only nulls", "none"])
def test_the_column_is_that_of_pyarrow(type_, values, part):
    chosen = {
        "all": values,
        "without nulls": [one for one in values if one is not None],
        "only nulls": [None] * 11,
        "none": [],
    }[part]
    made = array_of(chosen, type_)
    made.validate(full=True)
    assert made.equals(pa.array(chosen, type_))


def test_a_decimal_is_never_rounded():
    with pytest.raises(ValueError, match="more than 2 decimal places"):
        array_of([Decimal("1.005")], pa.decimal128(38, 2))


def test_another_type_is_refused():
    with pytest.raises(TypeError, match="double"):
        array_of([1.5], pa.float64())


def test_no_pandas_is_imported():
    code = (
        "import sys; import pyarrow as pa; from vetta.engine.schema.arrow import array_of; "
        "array_of(['a', None], pa.string()); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
