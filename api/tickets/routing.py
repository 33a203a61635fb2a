"""Reads the routing table: which team, or which advisor, a ticket goes to; refused when wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from api.tickets.aiguillage import Aiguillage, Exemple, RegleEquipe
from api.tickets.lieux import ECHELONS, Lieux, lieux_of, unknown_codes
from api.tickets.status import COMMON_QUEUE
from knowledge.orientation.fichiers import FichierIllisible, read_document
from knowledge.resources.vocabulary import load_vocabulary
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.lookup import find_territoire

DEFAULT_FILE = Path(__file__).with_name("aiguillage.yml")
_TEXTS = Path(__file__).parent.parent / "textes" / "aiguillage.yml"


class AiguillageInvalide(Exception):
    """The table is wrong; `problemes` says in French what to mend."""

    def __init__(self, problemes: list[str]) -> None:
        super().__init__("; ".join(problemes))
        self.problemes = problemes


@cache
def load_aiguillage(path: Path | None = None) -> Aiguillage:
    """Return the table.

    Raises AiguillageInvalide: unreadable, unknown key, word or place, tie of ranks, example that
    fails.
    """
    file = path or DEFAULT_FILE
    try:
        table = Aiguillage.model_validate(read_document(file))
    except OSError:
        raise AiguillageInvalide([_told("absent", file)]) from None
    except FichierIllisible as error:
        raise AiguillageInvalide([_told("illisible", file, ligne=error.ligne)]) from None
    except ValidationError as error:
        raise AiguillageInvalide(
            [_misshapen(file, each["loc"]) for each in error.errors()]
        ) from None
    base = _territoires_of(table)
    sirens = {each for regle in table.regles for each in regle.si.epci}
    known = table.knowing(lieux_of(base, sirens) if base else Lieux())
    problemes = [_told(key, file, **facts) for key, facts in _defects(known, base)]
    if problemes:
        raise AiguillageInvalide(problemes)
    return known


def _misshapen(file: Path, loc: tuple[int | str, ...]) -> str:
    """Say which field is wrong, and how to mend it when one of its names is known."""
    hints: dict[str, str] = _texts()["aide"]
    named = (hints[str(each)] for each in reversed(loc) if str(each) in hints)
    told = _told("forme", file, champ=".".join(str(part) for part in loc))
    return " ".join([told, *[_texts()["ecrire"].format(aide=each) for each in named][:1]])


def _territoires_of(table: Aiguillage) -> TerritoireBase | None:
    """Return the territories, read only for a table that names more than départements."""
    named = [name for regle in table.regles for where in _named(regle) for name in where]
    return load_territoires() if set(named) - {"departements"} else None


def _named(regle: RegleEquipe) -> Iterator[dict[str, tuple[str, ...]]]:
    """Yield the places of a rule, then those of each of its examples."""
    yield regle.si.places
    lists = {echelon: name for name, echelon in ECHELONS.items()}
    for each in regle.exemples:
        yield {lists[echelon]: (code,) for echelon, code in each.places.items()}


def _unknown_places(
    regle: RegleEquipe, base: TerritoireBase
) -> Iterator[tuple[str, dict[str, Any]]]:
    told = _texts()
    for where in _named(regle):
        for name, code in unknown_codes(base, where):
            facts = {"regle": regle.id, "code": code, "aide": told["aide"][name]}
            yield "code_inconnu", {**facts, "echelon": told["echelons"][ECHELONS[name]]}


def _defects(
    table: Aiguillage, base: TerritoireBase | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _doubles(table)
    known, themes = {each.id for each in table.equipes}, set(load_vocabulary().themes)
    for regle in table.regles:
        if regle.alors not in known:
            choices = ", ".join(f"« {each} »" for each in sorted(known))
            facts = {"regle": regle.id, "equipe": regle.alors, "equipes": choices}
            yield "equipe_inconnue", facts
        if len(regle.si.places) > 1:
            yield "deux_echelons", {"regle": regle.id, "listes": ", ".join(regle.si.places)}
        for theme in set(regle.si.themes) - themes:
            yield "theme_inconnu", {"regle": regle.id, "theme": theme}
        if base is not None:
            yield from _unknown_places(regle, base)
        yield from _failed_examples(table, regle, base)


def _doubles(table: Aiguillage) -> Iterator[tuple[str, dict[str, Any]]]:
    teams = Counter([*(each.id for each in table.equipes), COMMON_QUEUE])
    yield from (("equipe_double", {"equipe": name}) for name, n in teams.items() if n > 1)
    names = Counter(each.id for each in table.regles)
    yield from (("regle_double", {"regle": name}) for name, n in names.items() if n > 1)
    ranks = defaultdict(list)
    for regle in table.regles:
        ranks[regle.rang].append(f"« {regle.id} »")
    for rang, tied in ranks.items():
        if len(tied) > 1:
            yield "rang_double", {"regles": ", ".join(tied), "rang": rang}


def _failed_examples(
    table: Aiguillage, regle: RegleEquipe, base: TerritoireBase | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    for numero, each in enumerate(regle.exemples, start=1):
        facts: dict[str, Any] = {"regle": regle.id, "numero": numero}
        if len(each.places) > 1:
            yield "exemple_lieux", facts
            continue
        found = table.decide(**_asked(each, base))
        obtenu = found.alors if found else COMMON_QUEUE
        if obtenu != each.attendu:
            yield "exemple", {**facts, "attendu": each.attendu, "obtenu": obtenu}
        elif each.conseiller and (found is None or found.conseiller != each.conseiller):
            named = (found and found.conseiller) or _texts()["personne"]
            yield "exemple", {**facts, "attendu": each.conseiller, "obtenu": named}


def _asked(exemple: Exemple, base: TerritoireBase | None) -> dict[str, Any]:
    """Return an example as a ticket: its commune or its EPCI says its département."""
    asked: dict[str, Any] = {
        "themes": exemple.themes,
        "departement": exemple.departement,
        "besoin": exemple.besoin,
        "orientation": exemple.orientation,
    }
    for echelon, code in exemple.places.items():
        asked["territoire"] = {"type": echelon, "code": code}
        found = find_territoire(base, echelon, code) if base else None
        asked["departement"] = found.departement if found else exemple.departement
    return asked


def _told(key: str, file: Path, **facts: Any) -> str:
    return str(_texts()[key]).format(fichier=file.name, **facts)


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts
