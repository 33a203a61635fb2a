"""The search as élus meet it: real records, real places, no model downloaded."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.resources.content import parse_content
from knowledge.resources.lint import read_folder
from knowledge.resources.resource import Resource, ResourceState, ResourceType, french_today
from knowledge.search.catalogue import InvalidCursorError, browse, similar_titles
from knowledge.search.engine import ResourceIndex, SearchEngine
from knowledge.search.query import Filters, SearchQuery
from knowledge.territoires.base import TerritoireBase
from knowledge.territoires.loader import load_territoires
from knowledge.territoires.territoire import Territoire, TerritoireContext, to_context
from nlu.encoder import UseEncoder
from tests.knowledge.resources_examples import CONTENT_DIR, cafe
from tests.lieux import AUCH, CAHORS, FIGEAC, GERS, SAILLANS_26

EXPERIENCE, ACTEUR = ResourceType.EXPERIENCE, ResourceType.ACTEUR
LECTOURE, PAVIE, TOULOUSE = "32208", "32307", "31555"


@pytest.fixture(scope="module")
def territoires() -> TerritoireBase:
    return load_territoires()


@pytest.fixture(scope="module")
def find(territoires: TerritoireBase) -> Callable[[str], Territoire | None]:
    known = {f"{each.type}:{each.code}": each for each in territoires}
    return known.get


@pytest.fixture(scope="module")
def published() -> list[Resource]:
    records = [parse_content(each.text) for each in read_folder(CONTENT_DIR)]
    return [each for each in records if each.state is ResourceState.PUBLIE]


@pytest.fixture(scope="module")
def product(published: list[Resource], find: Callable[[str], Territoire | None]) -> SearchEngine:
    encoder = UseEncoder()
    return SearchEngine(ResourceIndex.build(published, encoder=encoder, find_territoire=find))


def _cafe(number: int, territoire: str, **changes: Any) -> Resource:
    return cafe(
        id=f"experience-cafe-{number}",
        territoires=(territoire,),
        population=changes.pop("population", None),
        **changes,
    )


def _engine(find: Callable[[str], Territoire | None], *resources: Resource) -> SearchEngine:
    return SearchEngine(ResourceIndex.build(resources, find_territoire=find))


def _place(territoires: TerritoireBase, code: str) -> TerritoireContext:
    found = territoires.resolve(code)
    assert found is not None
    return to_context(found)


def _ids(engine: SearchEngine, text: str, **options: Any) -> list[str]:
    return [hit.resource.id for hit in engine.search(SearchQuery(text, **options)).hits]


def _whys(engine: SearchEngine, **options: Any) -> list[str]:
    hits = engine.search(SearchQuery("café citoyen", **options)).hits
    return [hit.why.replace("\u202f", " ").replace("\u00a0", " ") for hit in hits]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("comment lancer un budget participatif", "budget-participatif"),
        ("on veut faire un bugdet particpatif", "budget-participatif"),
        ("qui peut voter, tirage au sort liste electorale", "tirage-au-sort"),
        ("le conseil de dévelopement est-il obligatoire ?", "conseil"),
        ("un CMJ pour nos ados", "jeunes"),
        ("Territoires d'engagement, comment candidater ?", "territoires-d-engagement"),
    ],
)
def test_a_question_finds_its_subject_in_the_first_three(
    product: SearchEngine, question: str, expected: str
) -> None:
    result = product.search(SearchQuery(question))
    assert result.found
    assert any(expected in hit.resource.id for hit in result.hits[:3])


def test_known_questions_find_their_record(
    product: SearchEngine, published: list[Resource]
) -> None:
    asked = [(question, each.id) for each in published for question in each.questions]
    found = [id_ in _ids(product, question, limit=3) for question, id_ in asked[::3]]
    assert sum(found) / len(found) >= 0.95


@pytest.mark.parametrize(
    "question",
    ["combien font 17 fois 43", "écris-moi un poème sur la mer", "zzzz qqqq", "🙂🙂", "le la les"],
)
def test_what_the_base_does_not_answer_is_not_found(product: SearchEngine, question: str) -> None:
    assert not product.search(SearchQuery(question)).found


def test_results_are_several_and_of_several_types(product: SearchEngine) -> None:
    hits = product.search(SearchQuery("budget participatif")).hits
    assert len(hits) == 5
    assert len({hit.resource.type for hit in hits}) >= 3


def test_an_extract_is_an_exact_sentence_of_the_record(product: SearchEngine) -> None:
    for hit in product.search(SearchQuery("tirer au sort des habitants")).hits:
        assert hit.extract is None or hit.extract in hit.resource.body.replace("**", "")


def test_without_encoder_words_still_find(find: Callable[[str], Territoire | None]) -> None:
    engine = _engine(find, cafe(), cafe(id="experience-x", title="Un lavoir", body="Un lavoir."))
    assert _ids(engine, "café", limit=1) == [cafe().id]


def test_the_nearest_territory_comes_first(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    engine = _engine(
        find,
        _cafe(1, f"commune:{SAILLANS_26}"),
        _cafe(2, f"commune:{FIGEAC}"),
        _cafe(3, "france"),
        _cafe(4, f"commune:{LECTOURE}"),
        _cafe(5, f"commune:{AUCH}"),
        _cafe(6, f"commune:{PAVIE}"),
    )
    context = _place(territoires, AUCH)
    far_from_every_size = {"population": 20_000_000}
    ids = _ids(engine, "café citoyen", territoire=context, limit=6, **far_from_every_size)
    assert ids == [f"experience-cafe-{number}" for number in (5, 6, 4, 2, 3, 1)]
    whys = _whys(engine, territoire=context, limit=6, **far_from_every_size)
    assert whys[0] == "dans votre commune"
    assert whys[1].endswith("habitants de la même intercommunalité")
    assert whys[2].endswith("habitants du même département")
    assert whys[3].endswith("habitants de la même région")
    assert whys[4] == "expérience nationale"
    assert whys[5].startswith("Saillans (26)")


def test_a_comparable_size_comes_first_and_is_said(
    find: Callable[[str], Territoire | None],
) -> None:
    engine = _engine(
        find,
        _cafe(1, f"commune:{SAILLANS_26}", population=150_000),
        _cafe(2, f"commune:{FIGEAC}", population=1_100),
    )
    assert _ids(engine, "café citoyen", population=900) == [
        "experience-cafe-2",
        "experience-cafe-1",
    ]
    assert _whys(engine, population=900)[0] == "taille comparable : 1 100 habitants"


def test_another_kind_of_collectivite_comes_first_when_it_is_asked_for(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    engine = _engine(
        find,
        _cafe(1, f"commune:{AUCH}", publics=("ville",)),
        _cafe(2, "france", publics=("tous",)),
        _cafe(3, f"commune:{FIGEAC}", publics=("epci",)),
    )
    asked = {"territoire": _place(territoires, AUCH), "prefer_publics": ("epci", "metropole")}
    assert _ids(engine, "café citoyen", **asked)[:1] == ["experience-cafe-3"]
    assert _ids(engine, "café citoyen", territoire=asked["territoire"])[:1] == ["experience-cafe-1"]


def test_a_resource_of_the_departement_says_so(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    engine = _engine(find, _cafe(1, f"departement:{GERS}"))
    assert _whys(engine, territoire=_place(territoires, AUCH)) == ["dans votre département"]


def test_an_actor_of_another_departement_comes_last(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    engine = _engine(
        find,
        _cafe(1, f"departement:{CAHORS[:2]}", type=ACTEUR, year=2026),
        _cafe(2, "france", type=ACTEUR, year=2000),
    )
    ids = _ids(engine, "café citoyen", territoire=_place(territoires, SAILLANS_26))
    assert ids == ["experience-cafe-2", "experience-cafe-1"]


def test_the_type_asked_comes_first_without_excluding(
    find: Callable[[str], Territoire | None],
) -> None:
    engine = _engine(find, cafe(id="a", type=ACTEUR), cafe(id="e", type=EXPERIENCE))
    assert _ids(engine, "café", prefer_types=(EXPERIENCE,)) == ["e", "a"]
    assert _ids(engine, "café", prefer_types=(ACTEUR,)) == ["a", "e"]
    assert _ids(engine, "café", types=(ACTEUR,)) == ["a"]


def test_the_last_place_goes_to_a_type_asked_for_that_the_others_lack(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    near = [_cafe(number, f"commune:{AUCH}") for number in range(1, 5)]
    tool = cafe(id="outil-cafe", type=ResourceType.OUTIL, territoires=("france",))
    engine = _engine(find, *near, tool)
    asked = {"territoire": _place(territoires, AUCH), "limit": 4}
    method = (ResourceType.OUTIL, EXPERIENCE)
    assert _ids(engine, "café citoyen", prefer_types=method, **asked)[-1] == "outil-cafe"
    assert "outil-cafe" not in _ids(engine, "café citoyen", prefer_types=(EXPERIENCE,), **asked)


def test_fresh_news_come_first(find: Callable[[str], Territoire | None]) -> None:
    year = french_today().year
    engine = _engine(find, cafe(id="ancien", year=year - 9), cafe(id="recent", year=year))
    assert _ids(engine, "café") == ["recent", "ancien"]


def test_what_should_have_been_read_again_comes_later_and_says_so(
    find: Callable[[str], Territoire | None],
) -> None:
    today, year = french_today(), french_today().year
    engine = _engine(
        find,
        cafe(id="en-retard", year=year, review_on=today),
        cafe(id="a-jour", year=year - 9, review_on=today + timedelta(days=1)),
    )
    assert _ids(engine, "café") == ["a-jour", "en-retard"]
    first, second = _whys(engine)
    assert "à vérifier" not in first
    assert second.endswith(f"à vérifier, sa relecture était prévue le {today:%d/%m/%Y}")


def test_filters_exclude(
    find: Callable[[str], Territoire | None], territoires: TerritoireBase
) -> None:
    engine = _engine(
        find,
        _cafe(1, f"commune:{AUCH}", themes=("culture",)),
        _cafe(2, f"commune:{SAILLANS_26}", themes=("énergie",)),
        _cafe(3, "france", themes=("culture", "énergie")),
    )
    assert set(_ids(engine, "café", themes=("culture",))) == {
        "experience-cafe-1",
        "experience-cafe-3",
    }
    assert _ids(engine, "café", exclude=("experience-cafe-1", "experience-cafe-3", "inconnu")) == [
        "experience-cafe-2"
    ]
    for place in (_place(territoires, AUCH), _place(territoires, GERS)):
        ids = set(_ids(engine, "café", concerns=place))
        assert ids == {"experience-cafe-1", "experience-cafe-3"}
    assert engine.search(SearchQuery("café", themes=("design",))).hits == ()


def test_pages_of_results_follow_each_other(product: SearchEngine) -> None:
    first = _ids(product, "budget participatif", limit=4, types=tuple(ResourceType))
    both = _ids(product, "budget participatif", limit=8, types=tuple(ResourceType))
    second = _ids(product, "budget participatif", limit=4, offset=4, types=tuple(ResourceType))
    assert first + second == both


def test_what_expired_today_at_midnight_is_not_shown_even_by_an_old_index(
    find: Callable[[str], Territoire | None],
) -> None:
    yesterday = french_today() - timedelta(days=1)
    engine = _engine(find, cafe(id="hier", expires_on=yesterday), cafe(id="valable"))
    assert _ids(engine, "café") == ["valable"]
    assert engine.get("hier") is None
    assert engine.get("valable") is not None
    assert [each.id for each in browse(engine.index).items] == ["valable"]


def test_an_empty_base_finds_nothing() -> None:
    result = SearchEngine().search(SearchQuery("budget participatif"))
    assert (result.hits, result.found) == ((), False)


def test_a_search_under_way_ends_on_its_own_index(
    find: Callable[[str], Territoire | None],
) -> None:
    engine = _engine(find, cafe(id="avant"))
    before = engine.index
    engine.swap(ResourceIndex.build([cafe(id="apres")]))
    assert [each.id for each in browse(before).items] == ["avant"]
    assert _ids(engine, "café") == ["apres"]


def test_listing_gives_each_resource_once_whatever_happens_between_pages(
    find: Callable[[str], Territoire | None],
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    resources = [
        cafe(id=f"experience-{n}", published_at=start + timedelta(days=n // 2)) for n in range(9)
    ]
    first = browse(ResourceIndex.build(resources), limit=4)
    assert [each.id[-1] for each in first.items] == ["8", "6", "7", "4"]
    newer = cafe(id="experience-neuve", published_at=start + timedelta(days=99))
    without_last = [each for each in resources if each.id != first.items[-1].id]
    second = browse(ResourceIndex.build([newer, *without_last]), cursor=first.next_cursor, limit=10)
    assert [each.id[-1] for each in second.items] == ["5", "2", "3", "0", "1"]
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", "' OR 1=1", ""])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        browse(ResourceIndex.build([cafe()]), cursor=cursor)


def test_listing_filters_as_search_does(product: SearchEngine) -> None:
    page = browse(product.index, Filters(types=(ACTEUR,)), limit=100)
    assert page.total == len(page.items) > 5
    assert {each.type for each in page.items} == {ACTEUR}


def test_a_nearly_equal_title_is_spotted(find: Callable[[str], Territoire | None]) -> None:
    index = _engine(find, cafe(), cafe(id="autre", title="Le lavoir de Saillans")).index
    title = "Montaud : un cafe citoyen ouvert par des habitants et la commune"
    assert [each.resource.id for each in similar_titles(index, title)] == [cafe().id]
