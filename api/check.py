"""`orientation check`: contents, orientation rules, dialogue; what `make check` runs."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from api.entrainement.porte import PorteInvalide, load_porte
from api.prepare import CONTENT_DIR, known_places
from api.rasa_process import command, environment
from api.settings import RASA_PROJECT, Settings
from api.tickets.routing import AiguillageInvalide, load_aiguillage
from api.vie_privee.conservation import ConservationInvalide, conservation_of
from api.widget.exploitant import PagesInvalides, load_pages, rules
from knowledge.orientation.check import References, check_regles
from knowledge.orientation.loader import REGLES_DIR
from knowledge.orientation.problemes import Probleme
from knowledge.resources.lint import lint_content, read_folder
from knowledge.resources.resource import french_today
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires

Say = Callable[[str], None]


def run_checks(settings: Settings, say: Say) -> bool:
    """Run every check; say each defect; return whether all is well."""
    base = load_territoires()
    defects = 0
    for title, found in (
        ("Contenus", content_defects(base)),
        ("Règles d'orientation", rule_defects(base)),
        ("Aiguillage des demandes", routing_defects(settings)),
        ("Durées de conservation", conservation_defects(settings)),
        ("Porte des modèles", gate_defects(settings)),
        ("Pages de l'exploitant", page_defects(settings)),
        ("Dialogue (rasa data validate)", dialogue_defects(settings)),
    ):
        lines = list(found)
        say(f"{title} : {'rien à corriger' if not lines else f'{len(lines)} à corriger'}")
        for line in lines:
            say(f"  {line}")
        defects += len(lines)
    return defects == 0


def content_defects(base: TerritoireBase) -> Iterator[str]:
    """Yield what prevents a content file from being imported."""
    report = lint_content(
        read_folder(CONTENT_DIR), is_known=known_places(base), today=french_today()
    )
    for problem in report.errors:
        yield f"{problem.file} : {problem.message}"


def rule_defects(base: TerritoireBase) -> Iterator[str]:
    """Yield what is wrong in the orientation rules."""
    for problem in rule_problems(base):
        yield problem.phrase


def rule_problems(base: TerritoireBase, directory: Path | None = None) -> list[Probleme]:
    """Return what is wrong in a directory of rules (default: the project's), worst first."""
    fiches = {file.path.stem for file in read_folder(CONTENT_DIR)}
    references = References(
        french_today(), knows_code=known_places(base), knows_resource=fiches.__contains__
    )
    return check_regles(directory or REGLES_DIR, references)


def routing_defects(settings: Settings) -> Iterator[str]:
    """Yield what is wrong in the table that gives each request to a team."""
    try:
        load_aiguillage(settings.routing_file)
    except AiguillageInvalide as error:
        yield from error.problemes


def gate_defects(settings: Settings) -> Iterator[str]:
    """Yield what is wrong in the gate of the models trained from the console."""
    try:
        load_porte(settings.gate_file)
    except PorteInvalide as error:
        yield from error.problemes


def conservation_defects(settings: Settings) -> Iterator[str]:
    """Yield what is wrong in the file of what is kept and how long."""
    try:
        conservation_of(settings)
    except ConservationInvalide as error:
        yield from error.problemes


def page_defects(settings: Settings) -> Iterator[str]:
    """Yield what is wrong in the pages that the operator wrote."""
    try:
        load_pages(settings.pages_dir).check(**rules())
    except PagesInvalides as error:
        yield from error.problemes


def dialogue_defects(settings: Settings) -> Iterator[str]:
    """Yield what Rasa finds wrong; its own validator never fails on warnings, so they are read.

    Intents without training sentences and forms' actions are normal here: understanding is ours.
    """
    outcome = subprocess.run(  # noqa: S603 - our own launcher
        command(settings, "data", "validate", "--domain", "domain", "--data", "data"),
        cwd=RASA_PROJECT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if outcome.returncode != 0:
        yield (outcome.stdout + outcome.stderr)[-1500:]
