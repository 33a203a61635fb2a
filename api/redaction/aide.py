"""What the buttons of the form do besides saving: choose a place, check the sources, look again."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import Request
from starlette.datastructures import FormData

from api.container import Container
from api.redaction.controle import Remarque, Remarques
from api.redaction.editeur import Bureau
from api.redaction.fusion import still_clashing
from api.redaction.lieux import only_place, search_places
from api.redaction.pages import number_sent, texts
from api.redaction.saisie import Saisie, read_saisie, saisie_of
from api.veille.fetch import Fetcher
from api.veille.links import visit
from knowledge.resources.resource import french_today
from knowledge.veille.links import CitedPage, Visit

_VISIT_SECONDS = 8.0
_SAVING = ("enregistrer", "soumettre")


@dataclass(frozen=True, slots=True)
class Demande:
    """What the form asks: the page as it must be shown, or saved; `seen` are known likenesses."""

    bureau: Bureau
    saves: bool
    submits: bool
    seen: frozenset[str]

    @property
    def status(self) -> int:
        """Status of the page that is shown instead of saving."""
        return 422 if self.bureau.remarques else 200


async def helped(request: Request, services: Container, desk: Bureau) -> Demande:
    """Read the form and do what its button says, short of saving."""
    form = await request.form()
    gesture, _, target = str(form.get("geste", "apercu")).partition(":")
    desk.saisie = _read(form, desk)
    desk.version = number_sent(form.get("version"))
    desk.groupe = max(0, number_sent(form.get("groupe")))
    desk.question = str(form.get("question_lue", ""))[:400]
    saves = gesture in _SAVING
    desk.geste = gesture if saves else _SAVING[0]
    if gesture == "ajouter":
        desk.saisie = _added(services, desk.saisie, target)
    elif gesture == "retirer":
        desk.saisie = desk.saisie.without_place(target)
    elif gesture == "reprendre" and desk.record is not None:
        desk.saisie = _taken(desk.saisie, saisie_of(desk.record.working), target)
    elif gesture == "verifier":
        fetcher = Fetcher(timeout=_VISIT_SECONDS)
        desk.liens = await check_sources(fetcher, desk.saisie)
    if desk.saisie.lieu and not _settle_place(services, desk, saves=saves):
        saves = False
    if desk.record is not None:
        names, theirs = form.getlist("heurts"), saisie_of(desk.record.working)
        desk.fusion = still_clashing(map(str, names), theirs, desk.saisie)
    seen = frozenset(str(each) for each in form.getlist("doublons_vus"))
    return Demande(desk, saves, gesture == "soumettre", seen)


async def check_sources(fetcher: Fetcher, saisie: Saisie) -> Mapping[str, Visit]:
    """Visit the pages cited, all at once; return what was found by address."""
    urls = list(dict.fromkeys(each["url"] for each in saisie.sources if each["url"]))
    found = await asyncio.gather(*(visit(fetcher, CitedPage(0, url, ())) for url in urls))
    return dict(zip(urls, found, strict=True))


def _read(form: FormData, desk: Bureau) -> Saisie:
    """Return what was typed; a source just cited was read today, the type never changes."""
    read, today = read_saisie(form), french_today().isoformat()
    sources = tuple(
        {**each, "consultee_le": today}
        if each["url"] and not each["date"] and not each["consultee_le"]
        else each
        for each in read.sources
    )
    kind = desk.record.working.type.value if desk.record else read.type
    return replace(read, sources=sources, type=kind)


def _added(services: Container, saisie: Saisie, reference: str) -> Saisie:
    known = reference == "france" or only_place(services, reference) == reference
    return saisie.with_place(reference) if known else saisie


def _taken(saisie: Saisie, theirs: Saisie, name: str) -> Saisie:
    """Return the form with one field as the other editor left it."""
    known = name in texts()["champs"] and hasattr(theirs, name) and name != "type"
    return replace(saisie, **{name: getattr(theirs, name)}) if known else saisie


def _settle_place(services: Container, desk: Bureau, *, saves: bool) -> bool:
    """Choose the territory typed when it can only be one, else offer those it may be."""
    only = only_place(services, desk.saisie.lieu) if saves else None
    if only is not None:
        desk.saisie = desk.saisie.with_place(only)
        return True
    desk.propositions = search_places(services, desk.saisie.lieu)
    if saves:
        message = texts()["lieux"]["choisir" if desk.propositions else "inconnu"]
        label = texts()["champs"]["territoires"]
        desk.remarques = Remarques([Remarque("territoires", "champ-lieu", label, message)])
    return False
