"""Rules proposed by one person, published by another, and gone back from in one click."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.regles.models import ReglesProposition
from api.regles.repository import WAITING, EnService, ReglesRepository
from knowledge.orientation.jeu import Fichiers, shipped_files, whole_set
from knowledge.orientation.problemes import Probleme

BLOCKING = "bloquant"
Check = Callable[[Fichiers], list[Probleme]]


class ReglesRefusees(Exception):
    """What was asked cannot be done; `key` is that of a sentence."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Personne:
    """Who acts: the account, and the name that is shown."""

    id: str
    nom: str


class ReglesService:
    """The use cases within the transaction of one session; the caller commits.

    `check` reads a whole set again, as `orientation regles check` does.
    """

    def __init__(self, session: AsyncSession, check: Check) -> None:
        self._rules = ReglesRepository(session)
        self._check = check

    async def propose(self, fichier: str, texte: str, raison: str, who: Personne) -> int:
        """Propose another text for a file; return the number. Raises ReglesRefusees."""
        current = await self._rules.in_service()
        before = whole_set(current.fichiers).get(fichier)
        if before is None:
            raise ReglesRefusees("fichier")
        if texte == before:
            raise ReglesRefusees("identique")
        self._refuse_broken({**current.fichiers, fichier: texte})
        return await self._rules.add(
            fichier=fichier, avant=before, texte=texte, raison=raison, par=who.nom, par_id=who.id
        )

    async def publish(self, number: int, who: Personne, *, seen: int) -> int:
        """Have every process orient by a proposal; return the version. Raises ReglesRefusees.

        `seen` is the version that the page compared it with.
        """
        proposal = await self._waiting(number)
        current = await self._rules.in_service()
        if proposal.par_id == who.id:
            raise ReglesRefusees("soi_meme")
        if whole_set(current.fichiers).get(proposal.fichier) != proposal.avant:
            raise ReglesRefusees("depassee")
        if current.version != seen:
            raise ReglesRefusees("change")
        files = {**current.fichiers, proposal.fichier: proposal.texte}
        self._refuse_broken(files)
        await self._rules.decide(number, "publiee", who.nom)
        return await self._serve(files, who, geste="publication", proposition_id=number)

    async def refuse(self, number: int, who: Personne, *, answer: str) -> None:
        """Refuse a proposal, saying why. Raises ReglesRefusees."""
        await self._waiting(number)
        if not answer:
            raise ReglesRefusees("reponse")
        await self._rules.decide(number, "refusee", who.nom, answer=answer)

    async def withdraw(self, number: int, who: Personne) -> None:
        """Take back one's own proposal. Raises ReglesRefusees."""
        proposal = await self._waiting(number)
        if proposal.par_id != who.id:
            raise ReglesRefusees("autrui")
        await self._rules.decide(number, "retiree", who.nom)

    async def go_back(self, number: int, who: Personne, *, seen: int) -> int:
        """Orient again by a former version, 0 for the product's; return the new one.

        One person is enough: two published it already. Raises ReglesRefusees.
        """
        await self._rules.lock()
        current = await self._rules.in_service()
        if current.version != seen:
            raise ReglesRefusees("change")
        files = await self.files_of(number)
        if files == dict(current.fichiers):
            raise ReglesRefusees("deja")
        self._refuse_broken(files)
        return await self._serve(files, who, geste="retour", retour_a=number)

    async def files_of(self, number: int) -> dict[str, str]:
        """Return the rewritten files of a version, none for 0. Raises ReglesRefusees."""
        if number == 0:
            return {}
        version = await self._rules.version(number)
        if version is None:
            raise ReglesRefusees("inconnue")
        return dict(version.fichiers)

    async def _serve(
        self,
        files: Mapping[str, str],
        who: Personne,
        *,
        geste: str,
        proposition_id: int | None = None,
        retour_a: int | None = None,
    ) -> int:
        shipped = shipped_files()
        # What is the product's own text again follows the product.
        rewritten = {name: text for name, text in files.items() if shipped.get(name) != text}
        return await self._rules.add_version(
            geste=geste,
            fichiers=rewritten,
            livres={name: digest(shipped.get(name, "")) for name in rewritten},
            proposition_id=proposition_id,
            retour_a=retour_a,
            par=who.nom,
        )

    async def _waiting(self, number: int) -> ReglesProposition:
        await self._rules.lock()
        proposal = await self._rules.find(number)
        if proposal is None or proposal.etat != WAITING:
            raise ReglesRefusees("decidee")
        return proposal

    def _refuse_broken(self, files: Fichiers) -> None:
        if any(each.gravite == BLOCKING for each in self._check(files)):
            raise ReglesRefusees("invalide")


def digest(text: str) -> str:
    """Return what says that a text is this one."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def outdated(current: EnService) -> list[str]:
    """Return the rewritten files whose text shipped by the product has changed since."""
    shipped = shipped_files()
    return [
        name
        for name, known in sorted(current.livres.items())
        if name not in shipped or digest(shipped[name]) != known
    ]
