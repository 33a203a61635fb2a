"""The pages of the gap board: the groups, then one group and what can be done about it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlencode

import yaml
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathPart
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import signed_in
from api.container import Container
from api.dependencies import get_container
from api.droits.matrix import load_matrix
from api.errors import not_found
from api.jobs.repository import JobRepository
from api.lacunes.board import OPEN_STATES, BoardRepository
from api.lacunes.collect import MOTIFS
from api.lacunes.fiches import FicheRepository
from api.lacunes.forms import STATES, BoardQuery, Typed
from api.lacunes.models import Lacune, LacuneGroupe
from api.lacunes.reposees import ReposeesRepository
from api.lacunes.reposer import subject_job
from api.lacunes.suggest import Suggestion, suggest_synonym
from api.redaction.pages import staff_page
from nlu.text import fold
from nlu.understanding import INTENTS

router = APIRouter(include_in_schema=False)
BOARD = "/redaction/lacunes"
CROSS = f"{BOARD}/croisement"
GROUP = f"{BOARD}/{{groupe}}"
_PAGE = 20
_QUESTIONS = 50
_SUGGESTED = 5
_NEW_RESOURCE = "/redaction/fiches/nouvelle"
_TEXTS = Path(__file__).parent.parent / "textes" / "lacunes.yml"

Number = Annotated[int, PathPart(ge=1, lt=2**31)]


@cache
def texts() -> dict[str, Any]:
    """Return the words of the board that are not in a template."""
    found: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return found


@router.get(BOARD)
async def show_board(
    request: Request,
    query: Annotated[BoardQuery, Query()],
    fait: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show the groups, those most asked about first."""
    services = get_container(request)
    wanted = query.to_filter(services.knowledge.territoires)
    async with services.database.sessions() as session:
        board = BoardRepository(session)
        rows, groups, questions = await board.page(
            wanted, offset=(query.page - 1) * _PAGE, limit=_PAGE
        )
        labels = await board.labels([row[0].id for row in rows])
        states, shares = await board.count_states(), await board.shares(wanted)
        again = await _Again.read(session, [row[0] for row in rows])
        read_at = await board.read_at()
    return staff_page(
        request,
        "lacunes/tableau.html",
        lignes=[_line(row, labels, again) for row in rows],
        groupes=groups,
        questions=questions,
        filtres=query,
        etats={state: states.get(state, 0) for state in STATES},
        choix=choices(services, query, shares),
        croisement=f"{CROSS}{query.address()}",
        releve=read_at,
        fait=texts()["fait"].get(fait),
        precedente=query.address(page=query.page - 1) if query.page > 1 else None,
        suivante=query.address(page=query.page + 1) if groups > query.page * _PAGE else None,
        lacunes=texts(),
    )


def choices(
    services: Container, query: BoardQuery, shares: dict[str, dict[str, int]]
) -> dict[str, list[tuple[str, str, int]]]:
    """Return what each list offers: the code, its name and how many questions it would show.

    What is chosen is always offered, were it to show nothing.
    """
    shares = {**shares, "region": _by_region(services, shares["region"])}
    counts = {
        name: {chosen: 0, **found} if (chosen := getattr(query, name)) else found
        for name, found in shares.items()
    }
    named = {
        "theme": [(each, each) for each in sorted(counts["theme"])],
        "region": sorted(
            ((each, region_name(services, each)) for each in counts["region"]),
            key=lambda pair: fold(pair[1]),
        ),
        "departement": [
            (each, departement_name(services, each)) for each in sorted(counts["departement"])
        ],
        "mois": [(each, _month_name(each)) for each in sorted(counts["mois"], reverse=True)],
        "motif": [(each, texts()["motifs"][each]) for each in MOTIFS if each in counts["motif"]],
    }
    return {
        name: [(code, told, counts[name][code]) for code, told in found]
        for name, found in named.items()
    }


@dataclass(frozen=True, slots=True)
class _Again:
    """What tells that questions are to be asked again: the base changed, an answer is lost."""

    changed_at: datetime | None
    lost: set[int]

    @classmethod
    async def read(cls, session: AsyncSession, groups: Sequence[LacuneGroupe]) -> Self:
        """Read it for these groups."""
        repository = ReposeesRepository(session)
        closed = [each.id for each in groups if each.etat == "close"]
        lost = await repository.lost(closed) if closed else set()
        return cls(await repository.last_change(), lost)

    def due(self, group: LacuneGroupe) -> bool:
        """Tell whether the answers may have changed since the questions were last asked."""
        if group.etat not in OPEN_STATES:
            return group.id in self.lost
        asked = group.verifie_le or group.etat_le
        return self.changed_at is not None and self.changed_at > asked


def _by_region(services: Container, departements: dict[str, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for code, count in departements.items():
        found = services.knowledge.find("departement", code)
        if found is not None and found.region:
            counts[found.region] += count
    return dict(counts)


def region_name(services: Container, code: str) -> str:
    """Return « Occitanie », or the code when nobody knows it."""
    found = services.knowledge.find("region", code)
    return found.nom if found else code


def _line(row: Any, labels: dict[int, str], again: _Again) -> dict[str, Any]:
    group: LacuneGroupe = row[0]
    return {
        "groupe": group,
        "libelle": labels[group.id],
        "questions": row.questions,
        "derniere": row.derniere,
        "motifs": {each: getattr(row, each) for each in MOTIFS if getattr(row, each)},
        "a_reposer": again.due(group),
    }


def _month_name(month: str) -> str:
    year, number = month.split("-")
    return f"{texts()['mois'][int(number) - 1]} {year}"


def departement_name(services: Container, code: str) -> str:
    """Return « Gers (32) », or the code alone when nobody knows it."""
    found = services.knowledge.find("departement", code)
    return f"{found.nom} ({code})" if found else code


@router.get(GROUP)
async def show_group(
    request: Request,
    groupe: Number,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    sans_reponse: Annotated[bool, Query()] = False,
    fait: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show a group: its questions, masked, and what can be done about them."""
    services = get_container(request)
    async with services.database.sessions() as session:
        group = await find_group(session, groupe)
        notice = texts()["fait"].get(fait)
        shown = Shown(page, unanswered=sans_reponse)
        return await group_page(request, session, group, shown=shown, notice=notice)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which questions of a group the page shows."""

    page: int = 1
    unanswered: bool = False


async def find_group(session: AsyncSession, number: int, *, lock: bool = False) -> LacuneGroupe:
    """Return a group, or raise Problem 404. One whose questions are all gone is no more."""
    board = BoardRepository(session)
    found = await board.group(number, lock=lock)
    if found is None or not await board.labels([number]):
        raise not_found()
    return found


async def group_page(
    request: Request,
    session: AsyncSession,
    group: LacuneGroupe,
    *,
    shown: Shown = Shown(),
    notice: str | None = None,
    error: str | None = None,
    typed: Typed | None = None,
) -> Response:
    """Write the page of a group as it is now, with what was typed and refused."""
    services, board = get_container(request), BoardRepository(session)
    numbers = await board.numbers(group.id)
    questions = await board.questions(
        group.id,
        offset=(shown.page - 1) * _QUESTIONS,
        limit=_QUESTIONS,
        unanswered=shown.unanswered,
    )
    label = (await board.labels([group.id]))[group.id]
    themes, places = await board.told(group.id)
    first = questions[:_SUGGESTED] if shown.page == 1 else []
    suggested = Typed(phrases="\n".join(dict.fromkeys(each.question for each in first)))
    return staff_page(
        request,
        "lacunes/groupe.html",
        status=422 if error else 200,
        groupe=group,
        libelle=label,
        chiffres=numbers,
        motifs={each: getattr(numbers, each) for each in MOTIFS if getattr(numbers, each)},
        questions=questions,
        themes=themes,
        lieux=[(departement_name(services, code), count) for code, count in places],
        a_reposer=(await _Again.read(session, [group])).due(group),
        suite=await _followed(session, group, questions),
        nouvelle_fiche=_new_resource(request, group.id, label, themes),
        a_part=await board.apart(group.id),
        synonyme=_synonym(services, group, questions, themes),
        intentions=INTENTS,
        saisie=typed or suggested,
        erreur=error,
        fait=notice,
        page_courante=shown.page,
        sans_reponse=shown.unanswered,
        autre_page="&sans_reponse=true" if shown.unanswered else "",
        derniere_page=max(1, -(-numbers.questions // _QUESTIONS)),
        lacunes=texts(),
    )


async def _followed(
    session: AsyncSession, group: LacuneGroupe, questions: Sequence[Lacune]
) -> dict[str, Any]:
    """Return what became of a group: its resources, its answers, its opinions, what is left."""
    repository = ReposeesRepository(session)
    answers = list({each.reponse_id for each in questions if each.reponse_id})
    since = group.reposer_depuis
    if since and not await JobRepository(session).waits(subject_job(group.id)):
        since = None  # whoever was asking died, or gave up
    opinions = await repository.opinions(group.id)
    return {
        "fiches": await FicheRepository(session).of_subject(group.id),
        "reponses": await repository.titles(answers),
        "avis": opinions,
        "compte": await repository.compte(group.id, opinions),
        "reposees": await repository.count_asked(group.id, since=since) if since else None,
    }


def _synonym(
    services: Container,
    group: LacuneGroupe,
    questions: Sequence[Lacune],
    themes: list[tuple[str, int]],
) -> Suggestion:
    """Return what the form of a synonym holds at first: words of the questions."""
    known = services.knowledge.sigles.values()
    return suggest_synonym(
        [each.question for each in questions],
        group.termes,
        themes=[name for name, _ in themes],
        acronyms={fold(each.sigle): each.developpe for each in known},
    )


def _new_resource(
    request: Request, number: int, question: str, themes: list[tuple[str, int]]
) -> str | None:
    """Return where a resource is written about a question, for who may do so in this service."""
    action = load_matrix().action_of("GET", _NEW_RESOURCE)
    account = signed_in(request)
    if action is None or account is None or not load_matrix().allows(account.role, action):
        return None
    known = {"question": question, "groupe": number}
    known |= {"theme": themes[0][0]} if themes else {}
    return f"{_NEW_RESOURCE}?{urlencode(known)}"
