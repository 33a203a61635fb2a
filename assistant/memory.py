"""What a conversation remembers from turn to turn; the same data as the slots of Rasa."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from nlu.besoins import OF_ONE_MESSAGE
from nlu.understanding import Candidat, TerritoireMention, TerritoireType, Understanding

Duree = Literal["ponctuelle", "durable"]
Proposition = Literal["aucune", "conseiller"]

_TUPLE_SLOTS = ("themes", "signaux", "ressources_vues", "montrees", "passes")
_DURABLE = "duree_longue"
_PONCTUEL = "ponctuel"
_BREADTH = {"commune": 0, "epci": 1, "departement": 2, "region": 3}


@dataclass(frozen=True, slots=True)
class TerritoireRetenu:
    """The élu's territory, once settled."""

    type: TerritoireType
    code: str
    nom: str
    departement: str | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """The slots of a conversation.

    `ressources_vues` are all the resources shown so far, `montrees` those of the last list, in its
    order: « le deuxième » is one of them.
    `tour` is the number of the last turn that wrote this memory: a dialogue engine that shows
    another number has lost (or missed) something, and is given this copy back.
    """

    territoire: TerritoireRetenu | None = None
    population: int | None = None
    role: str | None = None
    themes: tuple[str, ...] = ()
    nombre_collectivites: int | None = None
    duree: Duree | None = None
    signaux: tuple[str, ...] = ()
    besoin: str | None = None
    intention: str | None = None
    ressources_vues: tuple[str, ...] = ()
    montrees: tuple[str, ...] = ()
    territoires_a_preciser: tuple[Candidat, ...] = ()
    passes: tuple[str, ...] = ()
    route: str | None = None
    echecs: int = 0
    tour: int = 0
    proposition: Proposition = "aucune"

    def to_slots(self) -> dict[str, Any]:
        """Return JSON-ready values, one per slot name; empty tuples become None."""
        slots: dict[str, Any] = {}
        for name, value in asdict(self).items():
            slots[name] = (list(value) or None) if isinstance(value, tuple) else value
        return slots

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> "Memory":
        """Read the slots of a tracker or of the stored copy; unknown names are ignored."""
        known = {field.name: slots[field.name] for field in fields(cls) if field.name in slots}
        values = {name: value for name, value in known.items() if value is not None}
        for name in _TUPLE_SLOTS:
            if name in values:
                values[name] = tuple(values[name])
        if "territoire" in values:
            values["territoire"] = TerritoireRetenu(**values["territoire"])
        if "territoires_a_preciser" in values:
            candidats = values["territoires_a_preciser"]
            values["territoires_a_preciser"] = tuple(Candidat(**each) for each in candidats)
        return cls(**values)

    def with_understanding(self, understanding: Understanding, *, continues: bool) -> "Memory":
        """Return the memory enriched with what the message says; the newest word wins.

        `continues` tells that the message goes on with the same need: its cues add up. A new need
        starts with its own cues, else one « urgent » would weigh on the whole conversation.
        """
        territoire = self._territoire_kept(understanding)
        return replace(
            self,
            territoire=territoire,
            population=understanding.population or self._population_kept(territoire),
            role=understanding.role or self.role,
            themes=understanding.themes or self.themes,
            nombre_collectivites=understanding.nombre_collectivites or self.nombre_collectivites,
            duree=_duree(understanding) or self.duree,
            signaux=self._signaux_kept(understanding) if continues else understanding.signaux,
        )

    def _signaux_kept(self, understanding: Understanding) -> tuple[str, ...]:
        """A short answer asks nothing by itself: it goes on with what was asked before it."""
        both = _union(self.signaux, understanding.signaux)
        return tuple(each for each in both if each not in OF_ONE_MESSAGE)

    def _territoire_kept(self, understanding: Understanding) -> TerritoireRetenu | None:
        """Neither a wider area searched (« en Bretagne ») nor neighbours replace the élu's own."""
        new = own_territoire(understanding)
        if new is None:
            return self.territoire
        if self.territoire is None:
            return new
        searched = understanding.intent.startswith("chercher_")
        if (searched and _wider(new, self.territoire)) or _names_neighbours(understanding):
            return self.territoire
        return new

    def _population_kept(self, territoire: TerritoireRetenu | None) -> int | None:
        """A population belongs to its territory: another territory makes it unknown."""
        changed = self.territoire is not None and territoire != self.territoire
        return None if changed else self.population


def own_territoire(understanding: Understanding) -> TerritoireRetenu | None:
    """Return the élu's own territory among those mentioned, never one cited as an example."""
    own = [mention for mention in understanding.territoires if not mention.is_example]
    return _kept(own[0]) if own else None


def first_territoire(understanding: Understanding) -> TerritoireRetenu | None:
    """Return the élu's own territory among those mentioned, else the first one cited."""
    cited = understanding.territoires
    return own_territoire(understanding) or (_kept(cited[0]) if cited else None)


def _kept(mention: TerritoireMention) -> TerritoireRetenu:
    return TerritoireRetenu(mention.type, mention.code, mention.nom, mention.departement)


def _names_neighbours(understanding: Understanding) -> bool:
    """« nos voisins de Mirande et de Condom »: several at once are not the élu's own."""
    same = [each.type for each in understanding.territoires if not each.is_example]
    return same.count("commune") > 1 or same.count("epci") > 1


def _wider(new: TerritoireRetenu, known: TerritoireRetenu) -> bool:
    return _BREADTH[new.type] > _BREADTH[known.type]


def _duree(understanding: Understanding) -> Duree | None:
    if _DURABLE in understanding.signaux:
        return "durable"
    return "ponctuelle" if _PONCTUEL in understanding.signaux else None


def _union(known: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *new)))
