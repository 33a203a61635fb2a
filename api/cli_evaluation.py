"""The commands `orientation evaluate`: the search and the understanding, on any data."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.cli_evaluation_chaine import add_chain_evaluations
from api.french_help import FrenchCommand, FrenchGroup, file_reason
from api.settings import Settings

if TYPE_CHECKING:
    from nlu.evaluation import NluReport

Say = Callable[[str], None]
console = Console()
_MEASURES = {
    "sentences": "Phrases",
    "accuracy": "Exactitude",
    "macro_f1": "Macro-F1",
    "calibration_error": "Erreur de calibration",
    "documents": "Documents",
    "queries": "Questions",
    "questions": "Questions avec réponse",
    "unanswerable": "Questions sans réponse",
    "success_at_1": "Bonne réponse en premier",
    "success_at_3": "Bonne réponse dans les 3",
    "mrr_at_10": "MRR à 10",
    "refused": "Refusées à tort",
    "honest": "« Rien trouvé » à raison",
    "cautious": "« Rien trouvé », ou « voisin » seulement",
}
_FILE: Any = {"metavar": "FICHIER", "exists": True, "dir_okay": False}
AsJson = Annotated[bool, typer.Option("--json", help="Résultat en JSON.")]


def add_evaluation_commands(
    app: typer.Typer, read_settings: Callable[[], Settings], say: Say
) -> None:
    """Add the commands `evaluate …` to the application."""
    evaluate = typer.Typer(
        help="Mesurer la recherche, la compréhension, l'orientation ou des conversations entières.",
        no_args_is_help=True,
        cls=FrenchGroup,
    )
    app.add_typer(evaluate, name="evaluate")
    add_chain_evaluations(evaluate, read_settings, say)

    @evaluate.command("search", cls=FrenchCommand)
    def evaluate_search(
        corpus: Annotated[
            Path | None,
            typer.Option(help="Corpus au format BEIR : corpus.jsonl (_id, title, text).", **_FILE),
        ] = None,
        queries: Annotated[
            Path | None, typer.Option(help="Questions BEIR : queries.jsonl (_id, text).", **_FILE)
        ] = None,
        qrels: Annotated[
            Path | None, typer.Option(help="Jugements BEIR : qrels.tsv, avec en-tête.", **_FILE)
        ] = None,
        judged: Annotated[
            Path | None,
            typer.Option(
                "--juge", help="Questions jugées (YAML) posées à la base du produit.", **_FILE
            ),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Mesurer la recherche : sur un corpus BEIR, sinon sur la base et ses questions témoins."""
        beir = [each for each in (corpus, queries, qrels) if each]
        if beir and len(beir) < 3:  # noqa: PLR2004 - a corpus is three files
            say("Un corpus BEIR demande les trois options --corpus, --queries et --qrels.")
            raise typer.Exit(2)
        _print_report(_measure_search(read_settings, say, beir, judged), as_json=as_json)

    @evaluate.command("nlu", cls=FrenchCommand)
    def evaluate_nlu(
        file: Annotated[
            Path, typer.Argument(help="Phrases au format NLU de Rasa (YAML).", **_FILE)
        ],
        train_file: Annotated[
            Path | None, typer.Option("--train", help="Entraîner d'abord sur ces phrases.", **_FILE)
        ] = None,
        svg: Annotated[
            Path | None,
            typer.Option(
                "--svg", metavar="FICHIER", help="Écrire la matrice de confusion dans ce fichier."
            ),
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        """Mesurer le classifieur d'intentions : exactitude, macro-F1, confusions."""
        from api.evaluation import measure_nlu
        from nlu.confusion import confusion_svg
        from nlu.rasa_yaml import InvalidNluFileError

        try:
            report = measure_nlu(read_settings(), file, train_file)
        except (InvalidNluFileError, OSError) as error:
            say(f"Fichier illisible : {file_reason(error)}")
            raise typer.Exit(1) from None
        if svg:
            svg.write_text(confusion_svg(report), encoding="utf-8")
        _print_report(report.as_dict(), as_json=as_json)
        if not as_json:
            _print_confusions(report)


def _measure_search(
    read_settings: Callable[[], Settings], say: Say, beir: list[Path], judged: Path | None
) -> dict[str, Any]:
    from api.evaluation import measure_judged, measure_search
    from knowledge.search.beir import BeirFormatError
    from knowledge.search.judged import JudgedFileError

    try:
        if beir:
            return measure_search(*beir)
        return measure_judged(read_settings(), judged).as_dict()
    except (BeirFormatError, JudgedFileError, OSError) as error:
        say(f"Fichier illisible : {file_reason(error)}")
        raise typer.Exit(1) from None


def _print_confusions(report: "NluReport") -> None:
    intents = Table("Intention", "Précision", "Rappel", "F1", "Phrases")
    for name, each in report.intents.items():
        figures = (f"{value:.3f}" for value in (each.precision, each.recall, each.f1))
        intents.add_row(name, *figures, str(each.sentences))
    console.print(intents)
    if report.confusions:
        confusions = Table("Attendu", "Trouvé", "Phrases")
        for expected, found, count in report.confusions:
            confusions.add_row(expected, found, str(count))
        console.print(confusions)


def _print_report(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        return
    table = Table("Mesure", "Valeur")
    for name, value in report.items():
        if isinstance(value, (dict, list, tuple)):
            continue
        shown = f"{value:.4f}" if isinstance(value, float) else str(value)
        table.add_row(_MEASURES.get(name, name), shown)
    console.print(table)
