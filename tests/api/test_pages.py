"""The operator's identity and pages: theirs in place of ours, and nothing better than the truth."""

from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from api.vie_privee.conservation import conservation_of, default_conservation
from api.widget.exploitant import Pages, PagesInvalides, load_pages, rules
from api.widget.routes import PAGES

FACTS: dict[str, Any] = {"racine": "", "chemin": "/"}


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_text(text, encoding="utf-8")
    return folder


def shown(pages: Pages, template: str) -> str:
    return pages.render(template, **rules(), **FACTS)


def refusal(folder: Path) -> str:
    with pytest.raises(PagesInvalides) as refused:
        load_pages(folder).check(**rules())
    return str(refused.value)


@pytest.mark.parametrize("template", PAGES.values())
def test_every_page_can_be_written_and_links_to_the_legal_ones(template: str) -> None:
    page = shown(load_pages(None), template)
    for address in ("/accessibilite", "/confidentialite", "/mentions-legales", "/cgu"):
        assert f'href="{address}"' in page


def test_durations_are_the_same_everywhere() -> None:
    kept = conservation_of(Settings(retention_months=7))
    pages = load_pages(None, conservation=kept)
    assert "<strong>7 mois</strong> à compter de votre dernier message" in shown(
        pages, "confidentialite.html"
    )
    assert "effacée 7 mois après" in shown(pages, "cgu.html")


def test_every_public_kind_of_data_is_told() -> None:
    page = shown(load_pages(None), "confidentialite.html")
    for each in default_conservation().traitements:
        assert (each.nom in page) == each.public


def test_the_rules_are_shown_where_it_is_told_how_it_works() -> None:
    page = shown(load_pages(None), "comment-ca-marche.html")
    regles = [regle for _, group in rules()["par_route"] for regle in group]
    assert len(regles) > 10
    for regle in regles:
        assert f"/orientation/regles#{regle.id}" in page


def test_an_operator_tells_who_they_are(tmp_path: Path) -> None:
    write(
        tmp_path,
        exploitant__yml="nom: Syndicat mixte de Montaud\ncourriel_dpo: dpo@exemple.fr\n"
        "prefiguration: false\n",
    )
    pages = load_pages(tmp_path)
    page = shown(pages, "confidentialite.html")
    assert "Syndicat mixte de Montaud" in page
    assert "dpo@exemple.fr" in page
    assert "préfiguration" not in page
    assert "à compléter par l’exploitant" in shown(pages, "mentions-legales.html")


def test_a_page_in_markdown_takes_the_place_of_ours(tmp_path: Path) -> None:
    write(
        tmp_path,
        cgu__md="# Nos conditions\n\nEffacé après {{ durees.conversations }}.\n\n"
        "<script>alert(1)</script>\n\n- un *point*\n",
    )
    page = shown(load_pages(tmp_path), "cgu.html")
    assert "<title>Nos conditions – Orientation</title>" in page
    assert "Effacé après 12 mois." in page
    assert "<em>point</em>" in page
    assert "<script>alert" not in page
    assert 'href="/mentions-legales"' in page


def test_a_template_takes_the_place_of_ours(tmp_path: Path) -> None:
    write(
        tmp_path,
        mentions_legales__html='{% extends "base.html" %}{% block titre %}Nous{% endblock %}'
        "{% block contenu %}<h1>Qui nous sommes</h1>{% endblock %}",
    )
    pages = load_pages(tmp_path)
    assert "<h1>Qui nous sommes</h1>" in shown(pages, "mentions-legales.html")
    assert "Conditions générales" in shown(pages, "cgu.html")


AUDIT = "audit_le: 2026-10-01, auditeur: Cabinet Exemple"


@pytest.mark.parametrize(
    ("declared", "mention"),
    [
        (f"{{niveau: partielle, taux: 72, {AUDIT}}}", "partiellement conforme"),
        (f"{{niveau: totale, taux: 100, {AUDIT}}}", "totalement conforme"),
        (f"{{niveau: non_conforme, taux: 31, {AUDIT}}}", "non conforme"),
    ],
)
def test_the_declared_level_is_the_one_of_the_audit(
    tmp_path: Path, declared: str, mention: str
) -> None:
    write(tmp_path, exploitant__yml=f"accessibilite: {declared}\n")
    pages = load_pages(tmp_path)
    assert f"Accessibilité : {mention}<" in shown(pages, "cgu.html").replace("\xa0", " ")
    page = shown(pages, "accessibilite.html")
    assert "1er octobre 2026 par Cabinet Exemple" in page
    assert "pas encore été évalué" not in page


@pytest.mark.parametrize(
    "declared",
    [
        "{niveau: totale}",
        f"{{niveau: totale, taux: 99, {AUDIT}}}",
        f"{{niveau: partielle, taux: 49, {AUDIT}}}",
        "{niveau: partielle, taux: 80}",
        "{niveau: parfaite}",
    ],
)
def test_a_level_that_no_audit_found_is_refused(tmp_path: Path, declared: str) -> None:
    write(tmp_path, exploitant__yml=f"accessibilite: {declared}\n")
    assert "accessibilite" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("exploitant__yml", "nom: [", "YAML lisible"),
        ("exploitant__yml", "patron: Jean", "« patron »"),
        ("exploitant__yml", "courriel: pas-une-adresse", "« courriel »"),
        ("exploitant__yml", "- une liste", "exploitant.yml"),
        ("accueil__html", "<h1>", "aucune page de ce nom"),
        ("cgu__md", "# Nous\n\n{{ inconnu }}", "cgu.md"),
        ("cgu__html", "{% if %}", "cgu.html, ligne 1"),
        ("cgu__html", "{{ exploitant.__class__.__mro__ }}", "cgu.html"),
    ],
)
def test_a_wrong_file_is_told_in_french(tmp_path: Path, name: str, text: str, told: str) -> None:
    assert told in refusal(write(tmp_path, **{name: text}))


def test_a_page_written_twice_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "n’est pas un dossier" in refusal(tmp_path / "ailleurs")
    write(tmp_path, cgu__md="# A\n", cgu__html="b")
    assert "gardez l’une des deux" in refusal(tmp_path)
