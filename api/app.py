"""The web application: routes, errors, headers, OpenAPI in French."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api.abonnements.pages import build_router as build_stop_page
from api.abonnements.pages import router as abonnements
from api.accompagnements.routes import router as accompagnements
from api.annotations.routes import install_annotations
from api.capitalisation.pages import router as capitalisation
from api.carte.pages import router as carte
from api.console.routes import install_console
from api.container import Container
from api.conversations.routes import router as conversations
from api.courrier.routes import router as received_mails
from api.droits.guard import guard
from api.droits.precedence import install_precedence
from api.entrainement.routes import install_entrainement
from api.errors import install_error_handlers
from api.follow import Follower
from api.invalid import install_invalid_handler
from api.jobs.worker import Handler, Worker
from api.lacunes.reposer import ASK, AskAgain
from api.lacunes.routes import install_lacunes
from api.mail.routes import router as mails
from api.openapi.describe import describe
from api.operations.routes import router as operations
from api.orientation.routes import build_router as build_orientation_pages
from api.pieces.routes import router as pieces
from api.projets_partages.pages import router as pages_projets_partages
from api.projets_partages.routes import router as projets_partages
from api.redaction.routes import install_redaction
from api.regles.routes import install_regles
from api.requests import CleanQuery, HeadAsGet, known_address
from api.resources.effect import router as resources_effect
from api.resources.exchange import router as resources_exchange
from api.resources.problems import install_resource_errors
from api.resources.routes import router as resources
from api.resources.staff import router as resources_staff
from api.resources.synonyms import router as synonyms
from api.retention import schedule_retention
from api.satisfaction.pages import build_router as build_satisfaction_page
from api.satisfaction.routes import router as satisfaction
from api.security import BodyLimit, SecurityHeaders
from api.settings import Settings
from api.statistiques.delais_pages import router as delais
from api.statistiques.pages import build_public_router as build_statistics_page
from api.statistiques.pages import router as statistiques
from api.statistiques.satisfaction import router as avis_des_elus
from api.suivi.liste import router as liste_suivi
from api.suivi.pages import router as suivi
from api.taxonomie.routes import install_taxonomie
from api.territoires.routes import router as territoires
from api.tickets.rapprochement_routes import router as rapprochement
from api.tickets.routes import router as tickets
from api.veille.pages import router as pages_veille
from api.veille.routes import router as veille
from api.version import VERSION
from api.vie_privee.conservation import conservation_of
from api.webhooks.routes import router as webhooks
from api.widget.erreurs import install_page_errors
from api.widget.exploitant import load_pages
from api.widget.routes import build_router as build_pages
from api.work import build_worker, plan_recurring

_DESCRIPTION = """
Assistant d'orientation de la cellule de conseil et d'orientation de l'Agence nationale de la
cohésion des territoires (ANCT).

* **Conversation** : anonyme ; le jeton rendu à l'ouverture autorise les appels suivants.
* **Demandes** : réservées aux conseillers et aux systèmes partenaires, par clé d'accès.
* **Ressources** : la base publiée, en lecture ; sa rédaction, par clé d'accès portant un rôle
  (`redacteur`, `relecteur`, `responsable`).

Toute erreur est un problème au sens de la RFC 9457, avec un « detail » en français.
"""


def _worker(container: Container) -> Worker:
    """Return what does the jobs here: all of them, or only those that nobody else can."""
    own: dict[str, Handler] = {ASK: AskAgain(container)}
    if container.settings.jobs == "on":
        return build_worker(container.settings, container.database.url, own=own)
    return Worker(container.database.url, own, slots=1)


def create_app(container: Container) -> FastAPI:
    """Build the public application around its parts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        container.events.start()
        container.index.start()
        _follow(container)
        await schedule_retention(container.database)
        await plan_recurring(container.database, container.settings)
        worker = _worker(container)
        worker.start()
        yield
        await worker.stop()
        await _stop_following(container)
        await container.index.stop()
        await container.events.stop()
        if container.provider is not None:
            await container.provider.close()
        await container.database.close()

    app = FastAPI(
        title="Orientation",
        version=VERSION,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(known_address), Depends(guard)],
    )
    app.state.container = container
    install_error_handlers(app)
    install_invalid_handler(app)
    install_resource_errors(app)
    install_precedence(app)
    for router in (
        conversations,
        tickets,
        rapprochement,
        webhooks,
        mails,
        received_mails,
        satisfaction,
        territoires,
        accompagnements,
        projets_partages,
        pieces,
        operations,
    ):
        app.include_router(router)
    # « /export » before « /{resource_id} »: the first route that fits wins.
    for router in (
        resources_exchange,
        veille,
        resources_effect,
        resources,
        resources_staff,
        synonyms,
    ):
        app.include_router(router)
    kept = conservation_of(container.settings)
    pages = load_pages(container.settings.pages_dir, conservation=kept)
    install_page_errors(app, pages)
    exploitant = pages.exploitant
    app.include_router(build_pages(pages=pages))
    for build in (
        build_orientation_pages,
        build_satisfaction_page,
        build_statistics_page,
        build_stop_page,
    ):
        app.include_router(build(exploitant=exploitant))
    install_console(app)
    # « /projets-partages » and « /carte » before « /{reference} ».
    territories = (pages_projets_partages, carte, liste_suivi, suivi)
    for router in (
        abonnements,
        statistiques,
        delais,
        avis_des_elus,
        capitalisation,
        *territories,
        pages_veille,
    ):
        app.include_router(router)
    _install_desk(app)
    describe(app)
    _add_middlewares(app, container.settings)
    return app


def _followers(container: Container) -> tuple[Follower, ...]:
    """Return what keeps this process as staff want it: model, themes, acronyms, rules."""
    keepers = (container.models, container.themes, container.sigles, container.regles)
    return tuple(each.follower for each in keepers)


def _follow(container: Container) -> None:
    for each in _followers(container):
        each.start()


async def _stop_following(container: Container) -> None:
    for each in _followers(container):
        await each.stop()


def _install_desk(app: FastAPI) -> None:
    """Add the pages of the editorial desk."""
    for install in (
        install_lacunes,
        install_annotations,
        install_entrainement,
        install_taxonomie,
        install_regles,
        install_redaction,
    ):
        install(app)


def _add_middlewares(app: FastAPI, settings: Settings) -> None:
    """Add what every request goes through; the last one added is the first one met."""
    app.add_middleware(BodyLimit)
    app.add_middleware(CleanQuery)
    app.add_middleware(HeadAsGet)
    if settings.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["Retry-After"],
        )
    https = settings.public_base.startswith("https://")
    app.add_middleware(SecurityHeaders, https=https)
