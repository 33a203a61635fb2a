"""How an explanation is shown, in a page or in the terminal. Sentences live in `templates/`."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.widget.routes import TEMPLATES as PAGES_TEMPLATES
from assistant.explication import Explication
from assistant.replies import french_date, french_number
from knowledge.orientation.loader import load_routes

_HERE = Path(__file__).parent


@cache
def load_labels() -> dict[str, dict[str, str]]:
    """Return the tables of labels: states, statuses, intents, signals…"""
    labels: dict[str, dict[str, str]] = yaml.safe_load(
        (_HERE / "libelles.yml").read_text(encoding="utf-8")
    )
    return labels


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", PAGES_TEMPLATES]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["date_fr"] = french_date
    environment.filters["nombre"] = french_number
    return environment


def fill(template: str, **facts: Any) -> str:
    """Write a template with its facts and the labels."""
    labels = load_labels()
    return _environment().get_template(template).render(**labels, routes=load_routes(), **facts)


def facts_of(explication: Explication) -> dict[str, Any]:
    """Return what the templates show of an explanation."""
    labels, decision = load_labels(), explication.decision
    by_id = {each.regle.id: each.regle for each in explication.examens}
    understanding = explication.understanding
    return {
        "intention": labels["intentions"][understanding.intent],
        "confiance": understanding.confidence,
        "compris": _known_facts(explication),
        "decision": decision,
        "retenue": by_id[decision.rule_id],
        "manquants": [labels["questions"][each] for each in decision.missing],
        "examens": explication.examens,
    }


def _known_facts(explication: Explication) -> list[tuple[str, str]]:
    """Return what the rules knew of the situation, named, without what they did not know."""
    labels, situation = load_labels(), explication.situation
    named, territoire = labels["faits"], explication.territoire
    population, nombre = situation.population, situation.nombre_collectivites
    values = {
        "territoire": territoire.nom if territoire else "",
        "population": french_number(population) if population else "",
        "role": labels["roles"].get(situation.role or "", ""),
        "themes": ", ".join(situation.themes),
        "duree": labels["durees"].get(situation.known_duree or "", ""),
        "nombre_collectivites": str(nombre or ""),
        "signaux": ", ".join(labels["signaux"][each] for each in sorted(situation.signaux)),
    }
    return [(named[name], value) for name, value in values.items() if value]
