"""The in-memory base of territories: found by key, by code alone, by membership."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from knowledge.territoires.errors import TerritoireNotFoundError
from knowledge.territoires.territoire import Territoire, TerritoireType

SIREN_LENGTH = 9
MAX_DEPARTEMENT_LENGTH = 3


class TerritoireBase:
    """Every current territory, indexed. Built once, never changed.

    `former_codes` maps the INSEE code of a déléguée, an associée, an arrondissement or a merged
    commune to the code of the current commune.
    """

    def __init__(
        self, territoires: Iterable[Territoire], former_codes: Mapping[str, str] | None = None
    ) -> None:
        self._by_key = {(each.type, each.code): each for each in territoires}
        self._former_codes = dict(former_codes or {})

    def __iter__(self) -> Iterator[Territoire]:
        return iter(self._by_key.values())

    def __len__(self) -> int:
        return len(self._by_key)

    def get(self, type_: TerritoireType, code: str) -> Territoire:
        """Return the territory of this key.

        Raises:
            TerritoireNotFoundError: no current territory has this key (former codes are not keys).
        """
        try:
            return self._by_key[type_, code]
        except KeyError:
            raise TerritoireNotFoundError(type_, code) from None

    def resolve(self, code: str) -> Territoire | None:
        """Find a territory from a code whose type is unknown, or None.

        Two or three characters are a département, five a commune (current or former), nine an
        EPCI or an EPT. A région is never guessed: its codes are also those of départements.
        """
        code = code.strip().upper()
        if len(code) == SIREN_LENGTH:
            return self._by_key.get(("epci", code))
        if len(code) <= MAX_DEPARTEMENT_LENGTH:
            return self._by_key.get(("departement", code))
        return self._by_key.get(("commune", self._former_codes.get(code, code)))

    def parents(self, territoire: Territoire) -> tuple[Territoire, ...]:
        """Return the territories that hold this one: EPCI, EPT, département, région."""
        keys: tuple[tuple[TerritoireType, str | None], ...] = (
            ("epci", territoire.epci),
            ("epci", territoire.ept),
            ("departement", territoire.departement),
            ("region", territoire.region),
        )
        found = (self._by_key.get((type_, code)) for type_, code in keys if code)
        own = (territoire.type, territoire.code)
        return tuple(each for each in found if each and (each.type, each.code) != own)

    def members(self, siren: str) -> tuple[Territoire, ...]:
        """Return the communes of an EPCI or an EPT, in the order of their INSEE codes."""
        return self._members.get(siren, ())

    @cached_property
    def _members(self) -> dict[str, tuple[Territoire, ...]]:
        groups: dict[str, list[Territoire]] = {}
        for each in self:
            for siren in (each.epci, each.ept):
                if siren:
                    groups.setdefault(siren, []).append(each)
        return {
            siren: tuple(sorted(communes, key=lambda commune: commune.code))
            for siren, communes in groups.items()
        }
