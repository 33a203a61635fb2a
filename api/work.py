"""The worker of the service: every kind of job, and who does it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from api.abonnements.send import PLAN, SEND_WEEKLY, PlanWeekly, SendWeekly, plan_weekly
from api.courrier.releve import COLLECT, CollectMails
from api.database import Database
from api.entrainement.job import TrainModel
from api.entrainement.porte import load_porte
from api.entrainement.refaire import REDO, RedoModel
from api.entrainement.repository import TRAIN
from api.jobs.repository import JobRepository
from api.jobs.worker import Handler, Worker
from api.lacunes.regroup import REGROUP, Regroup
from api.mail.delivery import SendMail
from api.mail.service import SEND
from api.redaction.programmation import PUBLISH_DUE, PublishDue
from api.retention import RETAIN, Retain
from api.settings import Settings
from api.tickets.reminders import REMIND, Remind
from api.tickets.routing import load_aiguillage
from api.veille.fetch import Fetcher
from api.veille.links import fetcher_of
from api.veille.read import PLAN_FEEDS, READ_FEED, PlanFeeds, ReadFeed, plan_feeds
from api.veille.visits import VISIT_LINKS, VisitLinks, plan_visits
from api.vie_privee.conservation import conservation_of
from api.webhooks.delivery import DeliverWebhook
from api.webhooks.repository import DELIVER
from api.zammad.carry import CARRY, CATCH_UP, FOLLOW, Carry, CatchUp
from api.zammad.follow import Follow
from assistant.replies import load_replies
from nlu.encoder import shared_encoder


def build_worker(
    settings: Settings, database_url: str, *, own: Mapping[str, Handler] | None = None
) -> Worker:
    """Build the worker; `orientation serve` runs it, `orientation worker` runs others.

    `own` are the jobs that only the service can do: the search is there.
    """
    return Worker(
        database_url,
        {
            **(own or {}),
            **_zammad(settings),
            DELIVER: DeliverWebhook(allowed=settings.webhook_networks),
            RETAIN: Retain(
                conservation_of(settings),
                erased=load_replies().render("donnees.efface"),
                data_dir=settings.data_dir,
            ),
            REMIND: Remind(load_aiguillage(settings.routing_file)),
            REGROUP: Regroup(shared_encoder),
            PUBLISH_DUE: PublishDue(),
            TRAIN: TrainModel(settings, database_url, load_porte(settings.gate_file)),
            REDO: RedoModel(settings, load_porte(settings.gate_file)),
            COLLECT: CollectMails(
                server=settings.mailbox,
                box=settings.reply_box,
                domain=settings.mail_sender.domain,
            ),
            PLAN_FEEDS: PlanFeeds(),
            READ_FEED: ReadFeed(Fetcher(contact=settings.public_base)),
            VISIT_LINKS: VisitLinks(fetcher_of(settings), days=settings.links_every_days),
            PLAN: PlanWeekly(),
            SEND_WEEKLY: SendWeekly(
                server=settings.smtp_server,
                sender=settings.mail_sender,
                public_url=settings.public_base,
            ),
            SEND: SendMail(
                server=settings.smtp_server,
                sender=settings.mail_sender,
                public_url=settings.public_base,
                box=settings.reply_box,
            ),
        },
    )


def _zammad(settings: Settings) -> dict[str, Handler]:
    """Return what carries the tickets to Zammad, when that is where advisors work."""
    server = settings.zammad
    if server is None:
        return {}
    return {
        CATCH_UP: CatchUp(),
        CARRY: Carry(server, public_url=settings.public_base),
        FOLLOW: Follow(server),
    }


async def plan_recurring(database: Database, settings: Settings) -> None:
    """Write the jobs that come back by themselves, unless they wait or are being done."""
    now = datetime.now(UTC)
    kinds = [REGROUP, PUBLISH_DUE]
    kinds += [COLLECT] if settings.mailbox is not None else []
    kinds += [CATCH_UP] if settings.zammad is not None else []
    async with database.sessions.begin() as session:
        for kind in kinds:
            await JobRepository(session).add_unless_held(kind, {}, dedupe=kind)
        await plan_weekly(session, now)
        await plan_feeds(session, now)
        if settings.links_every_days:
            await plan_visits(session, now)
