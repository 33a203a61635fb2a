"""The command `orientation`; its help is in French."""

import asyncio
import json
import logging
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from typer.exceptions import TyperException

from api.cli_backup import add_backup_commands
from api.cli_comptes import add_compte_commands
from api.cli_dialogue import add_dialogue_command
from api.cli_evaluation import add_evaluation_commands
from api.cli_keys import add_key_commands
from api.cli_links import add_link_command
from api.cli_phrases import add_sentence_commands
from api.cli_regles import add_rule_commands
from api.cli_vie_privee import add_privacy_commands
from api.french_help import FrenchCommand, FrenchGroup, breakdown, refusal, system_reason
from api.settings import Settings

app = typer.Typer(
    name="orientation",
    help="Assistant d'orientation de la cellule de conseil et d'orientation de l'ANCT.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    cls=FrenchGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
)
console = Console()
_INTERRUPTED = 130  # 128 and SIGINT, as shells tell it


def say(sentence: str) -> None:
    """Print a line of progress, at once."""
    prefix = "" if sentence.startswith("Prêt") else "→ "
    sys.stdout.write(f"{prefix}{sentence}\n")
    sys.stdout.flush()


def read_settings() -> Settings:
    """Read the settings, or say in French which one is wrong and stop."""
    try:
        return Settings()
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(["ORIENTATION", *(str(part).upper() for part in each["loc"])])
            reason = str(each["msg"]).removeprefix("Value error, ")
            say(f"Réglage à corriger : {reason if not each['loc'] else f'{name} ({reason})'}")
        raise typer.Exit(2) from None


@app.command(cls=FrenchCommand)
def serve() -> None:
    """Lancer le service ; « Prêt : http://… » s'affiche quand tout répond."""
    from api.logs import configure_logs
    from api.postgres import DatabaseNotStarted
    from api.rasa_process import RasaMissing
    from api.serve import AddressTaken
    from api.serve import serve as run

    settings = read_settings()
    _check_files(settings)
    configure_logs(logging.WARNING)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        asyncio.run(run(settings, say))
    except KeyboardInterrupt:
        say("Arrêt.")
    except RasaMissing:
        say("Rasa n'est pas installé : lancez « make run », qui l'installe.")
        raise typer.Exit(1) from None
    except AddressTaken as error:
        say(
            f"L'adresse {error} est déjà prise par un autre programme : arrêtez-le, ou choisissez"
            f" un autre port, par exemple « ORIENTATION_PORT={settings.port + 1} make run »."
        )
        raise typer.Exit(1) from None
    except DatabaseNotStarted as error:
        say(f"La base de données n'a pas démarré ; son journal : {error}.")
        raise typer.Exit(1) from None
    except OSError as error:
        say(f"Impossible de démarrer : {system_reason(error)}.")
        raise typer.Exit(1) from None


def _check_files(settings: Settings) -> None:
    """Refuse to start on teams, durations, pages or a gate that are wrong; say what to mend."""
    from api.entrainement.porte import PorteInvalide, load_porte
    from api.tickets.routing import AiguillageInvalide, load_aiguillage
    from api.vie_privee.conservation import ConservationInvalide, conservation_of
    from api.widget.exploitant import PagesInvalides, load_pages, rules

    try:
        load_aiguillage(settings.routing_file)
        load_porte(settings.gate_file)
        load_pages(settings.pages_dir, conservation=conservation_of(settings)).check(**rules())
    except (AiguillageInvalide, ConservationInvalide, PagesInvalides, PorteInvalide) as error:
        for each in error.problemes:
            say(each)
        raise typer.Exit(2) from None


def _interrupt(number: int, frame: Any) -> None:
    """Before the web server handles signals itself, SIGTERM stops us as Ctrl-C does."""
    raise KeyboardInterrupt


@app.command(cls=FrenchCommand)
def worker() -> None:
    """Lancer un exécutant de plus : courriels, webhooks, relances. « serve » en a déjà un."""
    from api.logs import configure_logs
    from api.standalone import database_url
    from api.work import build_worker

    settings = read_settings()
    _check_files(settings)
    configure_logs(logging.WARNING)
    signal.signal(signal.SIGTERM, _interrupt)
    with database_url(settings) as url:
        say("Exécutant lancé.")
        try:
            asyncio.run(build_worker(settings, url).run_forever())
        except KeyboardInterrupt:
            say("Arrêt.")


@app.command(cls=FrenchCommand)
def ask(
    question: Annotated[
        str, typer.Argument(metavar="QUESTION", help="La question, entre guillemets.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Afficher le tour complet.")] = False,
) -> None:
    """Poser une question et lire la réponse dans le terminal."""
    from api.ask import ask_once
    from api.conversations.service import check_message
    from api.errors import Problem
    from api.logs import configure_logs

    try:
        check_message(question, None, None)
    except Problem as problem:
        say(str(problem.detail))
        raise typer.Exit(2) from None
    configure_logs(logging.ERROR)
    turn = asyncio.run(ask_once(read_settings(), question))
    if as_json:
        sys.stdout.write(json.dumps(turn, ensure_ascii=False, indent=2) + "\n")
    else:
        _print_turn(turn)


def _print_turn(turn: dict[str, Any]) -> None:
    for message in turn["messages"]:
        kind = message["type"]
        if kind == "text":
            console.print(message["text"], markup=False)
        elif kind == "resources":
            for item in message["items"]:
                console.print(f"\n• {item['title']}", markup=False, style="bold")
                console.print(f"  {item['summary']}", markup=False)
                origin = f"{item['source']}, {item['source_date']} — {item['url']}"
                console.print(f"  {origin}", markup=False, style="dim", soft_wrap=True)
        elif kind == "orientation":
            console.print(f"\n→ {message['title']}", markup=False, style="bold")
            for reason in message["reasons"]:
                console.print(f"  – {reason['critere']} ({reason['statut']})", markup=False)
        elif kind == "choices":
            labels = " | ".join(choice["label"] for choice in message["choices"])
            console.print(f"\n[ {labels} ]", markup=False)


class Trained(StrEnum):
    """What can be trained apart."""

    TOUT = "tout"
    NLU = "nlu"
    DIALOGUE = "dialogue"


@app.command(cls=FrenchCommand)
def train(
    what: Annotated[
        Trained, typer.Argument(metavar="QUOI", help="tout, nlu ou dialogue.")
    ] = Trained.TOUT,
    force: Annotated[
        bool, typer.Option("--force", help="Entraîner même si rien n'a changé.")
    ] = False,
) -> None:
    """Entraîner le classifieur d'intentions (nlu) et le dialogue."""
    settings = read_settings()
    if what in (Trained.TOUT, Trained.NLU):
        _train_nlu(settings, force=force)
    if what in (Trained.TOUT, Trained.DIALOGUE):
        from api.rasa_process import train_dialogue

        say("Entraînement du dialogue…")
        model = asyncio.run(train_dialogue(settings, force=force))
        say(f"Dialogue prêt : {model.name}")


def _train_nlu(settings: Settings, *, force: bool) -> None:
    from api.training import train_nlu

    say("Entraînement du classifieur d'intentions…")
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Entraînement", total=1.0)
        outcome = train_nlu(
            settings, force=force, advance=lambda done: progress.update(task, completed=done)
        )
    for line in outcome.lines:
        say(line)
    if not outcome.accepted:
        raise typer.Exit(1)


@app.command("import", cls=FrenchCommand)
def import_content(
    directory: Annotated[
        Path | None,
        typer.Argument(
            metavar="DOSSIER",
            exists=True,
            file_okay=False,
            help="Dossier de ressources ; par défaut, celui du projet.",
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--ecraser", help="Remplacer aussi ce que l'équipe a modifié.")
    ] = False,
) -> None:
    """Importer des ressources dans la base ; rejouable sans effet."""
    from api.prepare import CONTENT_DIR, import_directory

    report = asyncio.run(
        import_directory(read_settings(), directory or CONTENT_DIR, overwrite=overwrite)
    )
    for problem in report.problems:
        say(str(problem))
    for resource_id in report.kept:
        say(f"{resource_id} : gardée telle que l'équipe l'a écrite ; le fichier dit autre chose.")
    say(
        f"{len(report.created)} créées, {len(report.updated)} mises à jour,"
        f" {len(report.unchanged)} inchangées, {len(report.kept)} gardées telles que l'équipe les"
        f" a écrites, {len(report.refused)} refusées."
    )
    if report.refused:
        raise typer.Exit(1)


@app.command(cls=FrenchCommand)
def check() -> None:
    """Vérifier contenus, règles d'orientation et dialogue."""
    from api.check import run_checks

    if not run_checks(read_settings(), say):
        raise typer.Exit(1)


@app.command(cls=FrenchCommand)
def doctor() -> None:
    """Dire ce qui manque à cette machine et comment y remédier."""
    from api.doctor import examine

    table = Table("Élément", "État", "Comment y remédier")
    findings = asyncio.run(examine(read_settings()))
    for finding in findings:
        table.add_row(finding.name, "bon" if finding.ok else "à voir", finding.remedy)
    console.print(table)
    if not all(finding.ok or finding.optional for finding in findings):
        raise typer.Exit(1)


add_key_commands(app, read_settings, say)
add_compte_commands(app, read_settings, say)
add_link_command(app, read_settings, say)
add_rule_commands(app, read_settings, say)
add_dialogue_command(app, read_settings, say)
add_evaluation_commands(app, read_settings, say)
add_backup_commands(app, read_settings, say)
add_privacy_commands(app, read_settings, say)
add_sentence_commands(app, read_settings, say)


def main() -> None:
    """Run the command; what is badly written is refused with 2, what breaks down with 1."""
    try:
        done = app(prog_name="orientation", standalone_mode=False)
    except TyperException as error:
        _refuse(error)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except Exception as error:
        sentence = breakdown(error)
        if sentence is None:  # a bug: its trace is what mends it
            raise
        sys.stderr.write(f"✗ {sentence}\n")
        sys.exit(1)
    sys.exit(done if isinstance(done, int) else 0)


def _refuse(error: TyperException) -> NoReturn:
    """Tell on the error output what is wrong with the command; a group alone shows its help."""
    context = getattr(error, "ctx", None)
    message = error.format_message()
    if context is not None and message == context.get_help():
        sys.stderr.write(f"{message}\n")
    else:
        command = context.command_path if context is not None else "orientation"
        sys.stderr.write(f"✗ {refusal(message, command=command)}\n")
    sys.exit(error.exit_code)
