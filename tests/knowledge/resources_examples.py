"""Records used by the tests: short, real in form, about real places."""

from dataclasses import replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from knowledge.resources.content import parse_content
from knowledge.resources.lint import ContentFile
from knowledge.resources.resource import Resource

CONTENT_DAY = date(2026, 11, 23)
CONTENT_DIR = Path(__file__).parents[2] / "knowledge" / "contenu"

CAFE_CITOYEN = """---
id: experience-montaud-cafe-citoyen
type: experience
titre: "Montaud : un café citoyen ouvert par la commune et des habitants"
resume: "Au printemps 2024, ce village de l'Hérault a ouvert un café tenu par des bénévoles : \
un lieu de rencontre simple, dans un bâtiment communal, pour redonner vie au bourg."
themes: [vie associative, revitalisation centre-bourg]
territoires: ["commune:34164"]
population: 1100
publics: [commune_rurale]
annee: 2024
sources:
  - nom: "Commune de Montaud"
    url: "https://www.montaud.fr/cafe-citoyen"
    date: "2024-05-02"
    consultee_le: "2026-11-23"
verifie_le: "2026-11-23"
etat: publie
questions:
  - "Comment ouvrir un café associatif dans notre village ?"
  - "qui a deja fait un lieu de rencontre dans le bourg avec des benevoles"
  - "Existe-t-il un exemple de café communal géré par les habitants ?"
---

**Ce qui a été fait.** Un café citoyen a ouvert dans un bâtiment que la commune prête. Une équipe
de bénévoles l'ouvre trois soirs par semaine. Des concerts, un marché de producteurs et des
réunions de quartier y trouvent leur place.

**Moyens.** La commune paie l'électricité et l'assurance. Une association tient la caisse.

**Limites.** L'ouverture repose sur une dizaine de personnes : la fatigue guette dès la deuxième
année, et la commune doit prévoir de les relayer avant que le lieu ne ferme.
"""


def cafe_file(
    *replacements: tuple[str, str], name: str = "experience-montaud-cafe-citoyen"
) -> ContentFile:
    """Return the file of Montaud's café with parts of its text replaced."""
    text = CAFE_CITOYEN
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return ContentFile(PurePath("experience") / f"{name}.md", text)


def cafe(**changes: Any) -> Resource:
    """Return the resource of Montaud's café with some fields changed."""
    return replace(parse_content(CAFE_CITOYEN), **changes)
