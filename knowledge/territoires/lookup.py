"""Find a territory from a key that may not exist: from a button, a file, stored data."""

from typing import cast, get_args

from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.errors import TerritoireNotFoundError
from knowledge.territoires.territoire import Territoire, TerritoireType


def find_territoire(base: TerritoireBase, type_: str, code: str) -> Territoire | None:
    """Return the territory of this key, or None: keys come from buttons, files, stored data."""
    if type_ not in get_args(TerritoireType):
        return None
    try:
        return base.get(cast("TerritoireType", type_), code)
    except TerritoireNotFoundError:
        return None
