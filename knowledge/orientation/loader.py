"""Load the orientation rules; refuse them, in French, when they are wrong or contradict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from knowledge.orientation.fichiers import Element, FichierIllisible, read_document, read_list
from knowledge.orientation.problemes import Probleme, ReglesInvalides, probleme, problemes_of
from knowledge.orientation.regle import Regle, RouteFiche
from knowledge.orientation.vocabulaire import ROUTES, Route

REGLES_DIR = Path(__file__).with_name("regles")
ROUTES_FILE = Path(__file__).with_name("routes.yml")

_ROUTES_ADAPTER = TypeAdapter(dict[Route, RouteFiche])


@dataclass(frozen=True, slots=True)
class RegleLue:
    """A valid rule and where it was read."""

    regle: Regle
    fichier: str
    ligne: int


@dataclass(frozen=True, slots=True)
class Lecture:
    """Everything that a directory of rules holds: the valid rules and the blocking problems."""

    regles: tuple[RegleLue, ...]
    problemes: tuple[Probleme, ...]


def load_regles(directory: Path = REGLES_DIR) -> tuple[Regle, ...]:
    """Return the rules sorted by rank, each with its title and its resource.

    Raises:
        ReglesInvalides: unreadable file, unknown key or word, tie of ranks, repeated id,
            missing default rule, route without rule.
    """
    lecture = read_regles(directory)
    if lecture.problemes:
        raise ReglesInvalides(lecture.problemes)
    return tuple(sorted((each.regle for each in lecture.regles), key=lambda regle: regle.rang))


def load_routes() -> Mapping[Route, RouteFiche]:
    """Return the title, the description and the resource of each of the eight routes.

    Raises:
        ReglesInvalides: unknown or missing route, unknown key, empty text.
    """
    try:
        routes = _ROUTES_ADAPTER.validate_python(read_document(ROUTES_FILE))
    except ValidationError as error:
        found = problemes_of(error, fichier=ROUTES_FILE.name, ligne=1, regle=None)
        raise ReglesInvalides(found) from error
    absent = [route for route in get_args(Route) if route not in routes]
    if absent:
        raise ReglesInvalides(
            probleme("missing", fichier=ROUTES_FILE.name, facts={"chemin": "", "champ": route})
            for route in absent
        )
    return routes


def read_regles(directory: Path) -> Lecture:
    """Read every `*.yml` of a directory without stopping at the first problem."""
    routes = load_routes()
    regles: list[RegleLue] = []
    problemes: list[Probleme] = []
    files = sorted(directory.glob("*.yml"))
    if not files:
        problemes.append(probleme("dossier_vide", fichier=str(directory.name)))
    for path in files:
        found = list(_read_file(path, routes))
        regles.extend(each for each in found if isinstance(each, RegleLue))
        problemes.extend(each for each in found if isinstance(each, Probleme))
    problemes.extend(_contradictions(regles))
    # A set that has holes because some rules were refused is not also blamed for the holes.
    if not problemes:
        problemes.extend(_gaps(regles, directory))
    return Lecture(tuple(regles), tuple(problemes))


def _read_file(path: Path, routes: Mapping[Route, RouteFiche]) -> Iterator[RegleLue | Probleme]:
    try:
        elements = read_list(path)
    except FichierIllisible as error:
        yield probleme(error.code, fichier=path.name, ligne=error.ligne, facts={"cle": error.cle})
        return
    for element in elements:
        yield from _read_regle(path.name, element, routes)


def _read_regle(
    fichier: str, element: Element, routes: Mapping[Route, RouteFiche]
) -> Iterator[RegleLue | Probleme]:
    if not isinstance(element.valeur, dict):
        yield probleme("pas_un_tableau", fichier=fichier, ligne=element.ligne)
        return
    try:
        regle = Regle.model_validate(element.valeur)
    except ValidationError as error:
        name = _name(element.valeur)
        yield from problemes_of(error, fichier=fichier, ligne=element.ligne, regle=name)
        return
    yield RegleLue(_completed(regle, routes[regle.route]), fichier, element.ligne)


def _name(valeur: Mapping[str, Any]) -> str | None:
    name = valeur.get("id")
    return name if isinstance(name, str) else None


def _completed(regle: Regle, route: RouteFiche) -> Regle:
    return regle.model_copy(
        update={"titre": regle.titre or route.titre, "fiche": regle.fiche or route.resource_id}
    )


def _contradictions(regles: Sequence[RegleLue]) -> Iterator[Probleme]:
    ids: dict[str, RegleLue] = {}
    rangs: dict[int, RegleLue] = {}
    for lue in regles:
        same_id = ids.setdefault(lue.regle.id, lue)
        if same_id is not lue:
            yield about(lue, "id_en_double", other=same_id)
        same_rang = rangs.setdefault(lue.regle.rang, lue)
        if same_rang is not lue:
            yield about(lue, "rang_en_double", other=same_rang, rang=lue.regle.rang)


def _gaps(regles: Sequence[RegleLue], directory: Path) -> Iterator[Probleme]:
    defaults = [each for each in regles if each.regle.is_default]
    if not defaults:
        yield probleme("sans_defaut", fichier=directory.name)
    for extra in defaults[1:]:
        yield about(extra, "defaut_en_double", other=defaults[0])
    last = max(each.regle.rang for each in regles)
    for default in defaults[:1]:
        if default.regle.rang < last:
            yield about(default, "defaut_pas_dernier", rang=default.regle.rang)
    led_to = {each.regle.route for each in regles}
    for route in ROUTES:
        if route not in led_to:
            yield probleme("route_sans_regle", fichier=directory.name, facts={"route": route})


def about(lue: RegleLue, code: str, *, other: RegleLue | None = None, **facts: object) -> Probleme:
    """Build a problem of one rule, naming the other rule when two are at odds."""
    if other is not None:
        facts |= {"autre_regle": other.regle.id, "autre_fichier": other.fichier}
    name = lue.regle.id
    return probleme(code, fichier=lue.fichier, ligne=lue.ligne, regle=name, facts=facts)
