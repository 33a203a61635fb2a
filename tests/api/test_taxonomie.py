"""Synonyms from the desk: the effect is shown before saving, nothing is ever lost."""

import re
import secrets
import time
from collections.abc import Iterator

import httpx2
import pytest

from knowledge.search.judged import load_witnesses
from nlu.text import words as words_of
from nlu.theme_reader import ThemeReader
from tests.api.console import csrf, enter
from tests.api.redaction import Fields, fields_of, words
from tests.conftest import Chat, Service

HOME = "/redaction/taxonomie"
NEW = f"{HOME}/synonymes/nouveau"


@pytest.fixture(scope="module")
def desk(service: Service) -> Iterator[httpx2.Client]:
    """The browser of a writer."""
    with enter(service, f"Rédactrice {secrets.token_hex(3)}", "redacteur") as client:
        yield client


def press(
    desk: httpx2.Client,
    shown: httpx2.Response,
    geste: str,
    form: str = "synonyme",
    **changes: str,
) -> httpx2.Response:
    """Press a button of the form that a page shows, some fields changed."""
    data: Fields = fields_of(shown, form) | changes | {"geste": geste}
    return desk.post(shown.url.path, data=data)


def write(desk: httpx2.Client, sens: str, formes: str) -> str:
    """Try then save a new entry; return its address."""
    tried = press(desk, desk.get(NEW), "essayer", sens=sens, formes=formes)
    saved = press(desk, tried, "enregistrer")
    assert saved.status_code == 303, saved.text
    return str(saved.headers["location"]).partition("?")[0]


def first_tool(client: httpx2.Client, question: str) -> str:
    found = client.get("/api/v1/resources", params={"q": question, "type": "outil"}).json()
    return str(found["items"][0]["id"])


def test_nothing_is_saved_before_its_effect_is_shown(desk: httpx2.Client) -> None:
    form = f"zz{secrets.token_hex(3)}"
    meaning = f"convention citoyenne intercommunale {form}"
    noisy = "habitants, commune, comment, projet, village, gens, maire, faire"
    shown = desk.get(NEW)
    hasty = press(desk, shown, "enregistrer", sens=meaning, formes=noisy)
    assert "Rien n’est encore enregistré" in hasty.text
    assert re.search(r"\d+ perdues?", words(hasty))
    assert "Enregistrer malgré tout" in hasty.text
    # What is saved is what was tried: another text is tried first.
    other = press(desk, hasty, "enregistrer", formes=form)
    assert "Aucune question témoin n" in other.text
    assert meaning not in desk.get(HOME).text.lower()
    saved = press(desk, other, "enregistrer")
    assert saved.headers["location"].endswith("?fait=ajoute")
    assert form in desk.get(HOME, params={"q": form}).text
    twice = press(desk, other, "enregistrer")
    assert (twice.status_code, "porte déjà cette forme" in twice.text) == (409, True)


def test_a_removed_entry_and_a_former_version_come_back(desk: httpx2.Client) -> None:
    old, new = (f"zz{secrets.token_hex(3)}" for _ in range(2))
    page = write(desk, f"diagnostic en marchant {old}", f"{old}, tour de rues")
    tried = press(desk, desk.get(page), "essayer", formes=new)
    assert press(desk, tried, "enregistrer").headers["location"] == f"{page}?fait=modifie"
    asked = press(desk, desk.get(page), "retirer", formes="ce qui est tapé ne compte pas")
    assert "ce que changerait le retrait" in asked.text
    assert press(desk, asked, "retirer").headers["location"] == f"{page}?fait=supprime"
    gone = desk.get(page)
    assert "la recherche ne l’emploie plus" in gone.text
    lines = re.findall(r'name="histoire" value="(\d+)"', gone.text)
    assert len(lines) == 2
    data = {"csrf": csrf(gone), "version": "3", "histoire": lines[-1], "geste": "reprendre"}
    back = desk.post(page, data=data)
    assert old in str(fields_of(back, "synonyme")["formes"])
    assert press(desk, back, "enregistrer").headers["location"] == f"{page}?fait=retabli"
    told = words(desk.get(page))
    assert all(each in told for each in ("a ajouté", "a modifié", "a retiré", "a rétabli"))


def test_the_search_follows_at_once(client: httpx2.Client, desk: httpx2.Client) -> None:
    form = f"zz{secrets.token_hex(3)}"
    (address,) = re.findall(
        rf'href="({HOME}/synonymes/\d+)">Civic tech<', desk.get(HOME, params={"q": "civic"}).text
    )
    before = first_tool(client, form)
    shown = desk.get(address)
    kept = fields_of(shown, "synonyme")["formes"][0]
    tried = press(desk, shown, "essayer", formes=f"{kept}, {form}")
    press(desk, tried, "enregistrer")
    deadline = time.monotonic() + 60
    while first_tool(client, form) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    # Its history keeps what the product ships.
    told = words(desk.get(address))
    assert "le produit a ajouté" in told
    assert form not in told.partition("le produit a ajouté")[2]


def test_two_people_on_the_same_entry_lose_nothing(desk: httpx2.Client) -> None:
    page = write(desk, f"jury de rue {secrets.token_hex(3)}", "zzjury")
    first = press(desk, desk.get(page), "essayer", formes="zzjury, zzrue")
    second = press(desk, desk.get(page), "essayer", formes="zzjury, zzplace")
    assert press(desk, first, "enregistrer").status_code == 303
    late = press(desk, second, "enregistrer")
    assert (late.status_code, "zzplace" in late.text) == (409, True)
    assert "a changé pendant que vous l’écriviez" in late.text
    tried = press(desk, late, "essayer")
    assert press(desk, tried, "enregistrer").headers["location"] == f"{page}?fait=modifie"


@pytest.mark.parametrize("formes", [" , ", "un deux trois quatre cinq six", "!!!"])
def test_what_is_no_entry_is_told_and_given_back(desk: httpx2.Client, formes: str) -> None:
    refused = press(desk, desk.get(NEW), "essayer", sens="conseil citoyen", formes=formes)
    assert (refused.status_code, "au moins une autre façon" in refused.text) == (422, True)
    assert fields_of(refused, "synonyme")["formes"] == [formes]


def test_an_entry_that_never_was_is_a_page_not_found(desk: httpx2.Client) -> None:
    assert desk.get(f"{HOME}/synonymes/999999").status_code == 404


THEME = f"{HOME}/themes/alimentation"


def heard(client: httpx2.Client, text: str) -> list[str]:
    found: list[str] = Chat.open(client).say(text)["understanding"]["themes"]
    return found


def test_a_theme_is_recognised_by_what_staff_add(
    client: httpx2.Client, desk: httpx2.Client
) -> None:
    word = f"zz{secrets.token_hex(3)}".translate(str.maketrans("0123456789", "abcdefghij"))
    asked = f"Un exemple de {word} des hameaux, s’il vous plaît ?"
    question = next(
        each.question
        for each in load_witnesses()
        if "alimentation" not in ThemeReader({}).themes(each.question)
    )
    tried = press(
        desk,
        desk.get(THEME),
        "essayer",
        "theme",
        expressions=f"{word} des hameaux\n{' '.join(words_of(question)[-3:])}",
    )
    assert "Rien n’est encore enregistré" in tried.text
    assert question in words(tried).partition("Désormais reconnu dans")[2]
    assert "alimentation" not in heard(client, asked)
    saved = press(desk, tried, "enregistrer", "theme", expressions=f"{word} des hameaux")
    # What is saved is what was tried.
    saved = press(desk, saved, "enregistrer", "theme")
    assert saved.headers["location"].endswith("?fait=theme")
    deadline = time.monotonic() + 10
    while "alimentation" not in heard(client, asked):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    page = desk.get(THEME)
    assert "Rédactrice" in page.text.partition("Histoire")[2]
    (line,) = re.findall(r'name="histoire" value="(\d+)"', page.text)
    data = {"csrf": csrf(page), "version": "1", "histoire": line, "geste": "reprendre"}
    back = desk.post(THEME, data=data)
    assert fields_of(back, "theme")["expressions"] == [""]
    press(desk, back, "enregistrer", "theme")
    deadline = time.monotonic() + 10
    while "alimentation" in heard(client, asked):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    late = press(desk, tried, "enregistrer", "theme")
    assert (late.status_code, "a changé pendant" in late.text) == (409, True)


@pytest.mark.parametrize("expression", ["ab", "budget * citoyen", "(seul)", "x" * 90, "a; drop"])
def test_what_is_no_expression_is_told(desk: httpx2.Client, expression: str) -> None:
    refused = press(desk, desk.get(THEME), "essayer", "theme", expressions=expression)
    assert (refused.status_code, "Une expression par ligne" in refused.text) == (422, True)
    assert desk.get(f"{HOME}/themes/inconnu").status_code == 404


def test_expressions_are_heard_whatever_their_writing() -> None:
    reader = ThemeReader({"jeunesse": ("minots (du|des) quartier",)})
    assert reader.themes("Réunir les MINOTS des quartiers") == ("jeunesse",)
    assert ThemeReader({}).themes("Réunir les minots des quartiers") == ()


SIGLES = f"{HOME}/sigles"
EXPLAINED = {
    "developpe": "Plan rural de convergence",
    "explication": "Document fictif qui ne sert qu’à cet essai.",
    "source_url": "https://exemple.fr/plan",
    "vu": "on",
}


def said(client: httpx2.Client, text: str) -> str:
    """All that the assistant answers, in one text."""
    messages = Chat.open(client).say(text)["messages"]
    return " ".join(each["text"] for each in messages if each["type"] == "text")


def wait_until_said(client: httpx2.Client, text: str, wanted: str, *, true: bool = True) -> None:
    deadline = time.monotonic() + 10
    while (wanted in said(client, text)) != true:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_an_acronym_means_is_changed_after_what_elus_would_read_is_shown(
    client: httpx2.Client, desk: httpx2.Client
) -> None:
    asked, word = "C’est quoi un EPCI ?", f"zz{secrets.token_hex(3)}"
    assert "Regroupement de communes" in said(client, asked)
    page = f"{SIGLES}/epci"
    hasty = press(
        desk, desk.get(page), "enregistrer", "sigle", explication=f"Des communes ({word})."
    )
    told = words(hasty)
    assert "Rien n’est encore enregistré" in told
    after = told.partition("Ensuite")[2]
    assert "Regroupement de communes" in told.partition("Ensuite")[0]
    assert f"Des communes ({word})" in after
    assert word not in said(client, asked)
    saved = press(desk, hasty, "enregistrer", "sigle")
    assert saved.headers["location"] == f"{page}?fait=sigle"
    wait_until_said(client, asked, word)
    late = press(desk, hasty, "enregistrer", "sigle")
    assert (late.status_code, "a changé pendant" in late.text) == (409, True)
    shown = desk.get(page)
    assert "le produit a ajouté" in words(shown)
    (line,) = re.findall(r'name="histoire" value="(\d+)"', shown.text)
    version = fields_of(shown, "sigle")["version"][0]
    data = {"csrf": csrf(shown), "version": version, "histoire": line, "geste": "reprendre"}
    back = desk.post(page, data=data)
    assert press(desk, back, "enregistrer", "sigle").status_code == 303
    wait_until_said(client, asked, "Regroupement de communes")


def test_an_acronym_is_added_then_no_more_told(client: httpx2.Client, desk: httpx2.Client) -> None:
    name = f"ZZ{secrets.token_hex(3).translate(str.maketrans('0123456789', 'abcdefghij'))}".upper()
    asked = f"C’est quoi un {name} ?"
    new = {"sigle": name, **EXPLAINED}
    tried = press(desk, desk.get(f"{SIGLES}/nouveau"), "essayer", "sigle", **new)
    assert "L’assistant ne l’explique pas." in words(tried).partition("Ensuite")[0]
    saved = press(desk, tried, "enregistrer", "sigle")
    page = saved.headers["location"].partition("?")[0]
    assert page == f"{SIGLES}/{name.lower()}"
    wait_until_said(client, asked, "Plan rural de convergence")
    twice = press(desk, desk.get(f"{SIGLES}/nouveau"), "essayer", "sigle", **new)
    assert (twice.status_code, "déjà expliqué" in twice.text) == (409, True)
    data = fields_of(desk.get(page), "sigle")
    del data["vu"]
    hidden = desk.post(page, data=data | {"geste": "essayer"})
    assert "L’assistant ne l’explique pas." in words(hidden).partition("Ensuite")[2]
    assert press(desk, hidden, "enregistrer", "sigle").status_code == 303
    wait_until_said(client, asked, "Plan rural de convergence", true=False)
    assert name in words(desk.get(SIGLES)).partition("en attente d’une source relue")[2]


@pytest.mark.parametrize(
    "wrong", [{"sigle": "deux mots"}, {"source_url": "exemple"}, {"explication": "court"}]
)
def test_what_is_no_explanation_is_told_and_given_back(
    desk: httpx2.Client, wrong: dict[str, str]
) -> None:
    typed = {"sigle": "ZZE", **EXPLAINED} | wrong
    refused = press(desk, desk.get(f"{SIGLES}/nouveau"), "essayer", "sigle", **typed)
    assert (refused.status_code, "un sigle d’un seul mot" in refused.text) == (422, True)
    (name, value) = next(iter(wrong.items()))
    assert fields_of(refused, "sigle")[name] == [value]
    assert desk.get(f"{SIGLES}/inconnu").status_code == 404
