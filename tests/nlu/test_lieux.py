"""Territories in sentences as élus type them: the exact set, in order, with their codes."""

import pytest

from nlu.lieux import LieuFinder
from nlu.understanding import Lieu
from tests.nlu.lieux_finder import keys, lieu_finder

# (sentence, codes expected in order; a star marks a place cited as an example)
SENTENCES: tuple[tuple[str, str], ...] = (
    # Any case, with or without accents and hyphens, articles and contractions.
    ("Auch", "commune:32013"),
    ("Je suis maire d'Auch", "commune:32013"),
    ("je suis maire d’AUCH", "commune:32013"),
    ("JE SUIS MAIRE DE CAHORS ET JE CHERCHE DE L'AIDE", "commune:46042"),
    ("on est a cahors", "commune:46042"),
    ("à Loos en Gohelle on a commencé", "commune:62528"),
    ("la mairie de villeneuve d ascq nous suit", "commune:59009"),
    ("adjointe à Villeneuve-d'Ascq", "commune:59009"),
    ("le maire de Plan d’Aups nous a écrit", "commune:83093"),
    ("on est a clermont fd", "commune:63113"),
    ("élu au Mans", "commune:72181"),
    ("un quartier du Havre", "commune:76351"),
    ("adjoint au maire du havre", "commune:76351"),
    ("je travaille aux Abymes", "commune:97101"),
    ("la ville des Sables-d'Olonne", "commune:85194"),
    ("conseillère municipale de L'Haÿ-les-Roses", "commune:94038"),
    ("conseillere municipale de l hay les roses", "commune:94038"),
    ("DGS de st etienne du rouvray", "commune:76575"),
    ("nous sommes à St-Etienne", "commune:42218"),
    ("Mairie de St. Étienne", "commune:42218"),
    ("châlons en champagne", "commune:51108"),
    ("bourg en bresse", "commune:01053"),
    ("Bonjour, Clermont-Ferrand envisage un conseil citoyen", "commune:63113"),
    ("Grenoble, budget participatif", "commune:38185"),
    ("trémargat", "commune:22365"),
    ("commune de tremargat 183 hab", "commune:22365"),
    ("Fort de France cherche un prestataire", "commune:97209"),
    ("élue à Papeete", "commune:98735"),
    ("On est deux communes : Auch et Fleurance", "commune:32013 commune:32132"),
    (
        "Auch, Cahors et Figeac veulent travailler ensemble",
        "commune:32013 commune:46042 commune:46102",
    ),
    ("Je suis conseiller à Paris", "commune:75056"),
    ("la mairie du 11e arrondissement de Paris", "commune:75056"),
    ("Lyon 3e", "commune:69123"),
    ("Marseille 13ème arrondissement", "commune:13055"),
    ("maire de Plaisir", "commune:78490"),
    ("Nous sommes une seule commune, Le Moule.", "commune:97117"),
    ("On est à corté, près de l'université", "commune:2B096"),
    ("Notre CC, c'est le Clunisois", "epci:200040293"),
    ("La commune n'est pas la bonne, c'est Le Vigan", "commune:30350"),
    # Names that are common words, with evidence.
    ("Je suis maire d'Orange", "commune:84087"),
    ("maire d'orange", "commune:84087"),
    ("on lance un budget participatif à Tours", "commune:37261"),
    ("elu a tours", "commune:37261"),
    ("je vis à Nice et j'y suis élu", "commune:06088"),
    ("maire de Sens", "commune:89387"),
    ("Un projet à Sens dans l'Yonne", "commune:89387"),
    ("adjoint à Die", "commune:26113"),
    ("commune d'Eu", "commune:76255"),
    ("maire d'Y dans la Somme", "commune:80829"),
    ("Le Pin (03)", "commune:03208"),
    ("maire du Pin, dans l'Allier", "commune:03208"),
    ("Bourg, en Gironde", "commune:33067"),
    ("maire de Vire", "commune:14762"),
    ("la commune du Port à La Réunion", "commune:97407"),
    ("Gap, 05000", "commune:05061"),
    # Postal codes and INSEE codes.
    ("32000", "commune:32013"),
    ("32000 Auch", "commune:32013"),
    ("Auch 32000", "commune:32013"),
    ("mairie d'Auch (32000), demande d'aide", "commune:32013"),
    ("code postal 46000", "commune:46042"),
    ("code insee 32013", "commune:32013"),
    ("Saillans 26340", "commune:26289"),
    ("ma commune a pour code INSEE 2A004", "commune:2A004"),
    # Départements by name and number.
    ("on est dans le 32", "departement:32"),
    ("petite commune dans le Gers", "departement:32"),
    ("village de 300 habitants dans le gers", "departement:32"),
    ("dans le 2A", "departement:2A"),
    ("un village du Gers", "departement:32"),
    ("commune rurale de Gironde (33)", "departement:33"),
    ("commune de la Creuse", "departement:23"),
    ("on est dans la Creuse", "departement:23"),
    ("Nous sommes dans le Nord.", "departement:59"),
    ("dans le Lot", "departement:46"),
    ("conseil départemental du Lot", "departement:46"),
    ("le département de la Loire", "departement:42"),
    ("departement de la manche", "departement:50"),
    ("en Ardèche", "departement:07"),
    ("en seine saint denis", "departement:93"),
    ("dans la Mayenne", "departement:53"),
    ("en Mayenne", "departement:53"),
    ("maire de Mayenne", "commune:53147"),
    ("dans la Vienne", "departement:86"),
    ("à Vienne", "commune:38544"),
    ("le département de Paris", "departement:75"),
    ("dans le département 974", "departement:974"),
    ("on est à La Réunion", "departement:974"),
    ("petite commune de Haute-Garonne", "departement:31"),
    ("commune du 93", "departement:93"),
    (
        "Je cherche qui contacter à la préfecture pour Villages d'avenir, on est dans la Creuse.",
        "departement:23",
    ),
    ("haute loire", "departement:43"),
    ("Gers", "departement:32"),
    # Régions.
    ("en Bretagne", "region:53"),
    ("la région Occitanie", "region:76"),
    ("une commune d'occitanie", "region:76"),
    ("des exemples en PACA ?", "region:93"),
    ("région Auvergne Rhône Alpes", "region:84"),
    ("en ile de france", "region:11"),
    ("Y a-t-il des exemples dans les Hauts-de-France ?", "region:32"),
    ("la région Centre-Val de Loire", "region:24"),
    ("en Corse", "region:94"),
    ("dans le Grand Est", "region:44"),
    # EPCI and EPT.
    ("la com com du Pays de Fayence", "epci:200004802"),
    ("communauté de communes du pays de fayence", "epci:200004802"),
    ("CC du Pays de Fayence", "epci:200004802"),
    ("Grand Poitiers", "epci:200069854"),
    ("je suis agent à Grand Poitiers", "epci:200069854"),
    ("la métropole de Lyon", "epci:200046977"),
    ("le Grand Lyon", "epci:200046977"),
    ("agglo de Cahors", "epci:200023737"),
    ("le Grand Cahors", "epci:200023737"),
    ("Est Ensemble prépare une convention citoyenne", "epci:200057875"),
    ("l'EPT est ensemble", "epci:200057875"),
    ("Plaine Commune", "epci:200057867"),
    ("présidente de la communauté de communes du Clunisois", "epci:200040293"),
    ("communauté d'agglomération Grand Auch Cœur de Gascogne", "epci:200066926"),
    ("le Grand Auch", "epci:200066926"),
    ("Saint-Étienne Métropole", "epci:244200770"),
    ("rennes métropole", "epci:243500139"),
    ("la métropole de Rennes", "epci:243500139"),
    ("Mulhouse Alsace Agglomération", "epci:200066009"),
    ("m2A", "epci:200066009"),
    ("vice-président de Rodez Agglomération", "epci:241200187"),
    ("la MEL", "epci:200093201"),
    ("métropole européenne de lille", "epci:200093201"),
    ("comcom Lodévois et Larzac", "epci:200017341"),
    ("communauté de communes des Quatre Rivières en Haute-Saône", "epci:247000623"),
    ("Dinan Agglomération", "epci:200068989"),
    # Déléguées and associées lead to the current commune.
    ("maire délégué d'Annecy-le-Vieux", "commune:74010"),
    ("Cherbourg-Octeville", "commune:50129"),
    ("adjoint à Arbignieu", "commune:01015"),
    # Typos, with evidence.
    ("commune de ville neuve d'ascq", "commune:59009"),
    ("je suis élu à Sainte Etienne", "commune:42218"),
    ("maire de grenobl", "commune:38185"),
    ("habitants de Loos-en-Gohele", "commune:62528"),
    ("maire de Tremagat", "commune:22365"),
    ("mairie de Carcassone", "commune:11069"),
    ("ville de Montpelier", "commune:34172"),
    ("maire de Chateauroux", "commune:36044"),
    # A département only qualifies the commune, or settles the homonym.
    ("Auch dans le Gers", "commune:32013"),
    ("Auch (Gers)", "commune:32013"),
    ("maire d'Auch, dans le Gers, en Occitanie", "commune:32013"),
    ("Montreuil (93)", "commune:93048"),
    ("Montreuil en Seine-Saint-Denis", "commune:93048"),
    ("je suis adjointe à Montreuil 93", "commune:93048"),
    ("Saint-Denis dans le 93", "commune:93066"),
    ("maire de Saint-Denis à La Réunion", "commune:97411"),
    ("st denis 93200", "commune:93066"),
    ("Montreuil, Est Ensemble", "commune:93048 epci:200057875"),
    ("Montaud dans l'Hérault, 1000 habitants", "commune:34164"),
    ("Valence dans la Drôme", "commune:26362"),
    ("Mirepoix (Ariège)", "commune:09194"),
    ("on est dans le Gers, à Mirepoix", "commune:32258"),
    # Corrections.
    ("pas Cahors, Figeac", "commune:46102"),
    ("non, c'est Auch", "commune:32013"),
    ("Je ne suis pas à Cahors mais à Figeac", "commune:46102"),
    ("c'est Auch et non Cahors", "commune:32013"),
    # Examples cited beside the élu's own territory.
    ("Je voudrais faire comme à Loos-en-Gohelle", "commune:62528*"),
    ("À Auch, nous voulons un conseil citoyen comme à Kingersheim", "commune:32013 commune:68166*"),
    (
        "à l'image de Kingersheim, ma ville de Figeac veut une maison de la citoyenneté",
        "commune:46102 commune:68166*",
    ),
    ("sur l'exemple de Trémargat", "commune:22365*"),
    ("on a vu que Kingersheim le fait, et nous à Cahors ?", "commune:46042 commune:68166*"),
    ("Auch : que peut-on apprendre de Grenoble ?", "commune:32013 commune:38185*"),
    (
        "A Grenoble ils ont un budget participatif, nous sommes à Auch",
        "commune:32013 commune:38185*",
    ),
    (
        "Le budget participatif de Grenoble nous intéresse, à Auch",
        "commune:32013 commune:38185*",
    ),
    ("Comment ont fait les élus de Grenoble ?", "commune:38185*"),
    ("des villes telles que Grenoble", "commune:38185*"),
    ("à Grenoble, par exemple", "commune:38185*"),
    ("Sophie Vannes, maire d'Auch", "commune:32013"),
    ("la préfecture du Gers nous aide", "departement:32"),
    ("on est à Orange, la fibre arrive", "commune:84087"),
    ("Comme maire d'Auch, je m'interroge", "commune:32013"),
    # Near a place.
    ("Je suis maire d'une commune de 900 habitants près d'Auch", "commune:32013"),
    ("à côté de Rodez", "commune:12202"),
    # Persons and organisations beside a real territory.
    ("Mme Paris, adjointe à Auch", "commune:32013"),
    ("rue de Nantes à Figeac", "commune:46102"),
    ("Cordialement, Jean Lyon, maire de Fleurance", "commune:32132"),
    # Each of these was once wrong.
    (
        "Metz, Bourg-en-Bresse et Autun veulent un projet partagé",
        "commune:57463 commune:01053 commune:71014",
    ),
    ("L'Île-Saint-Denis veut un conseil citoyen", "commune:93039"),
    ("Pélussin (environ 4 000 habitants, Loire)", "commune:42168"),
    ("nous sommes à nimes, à côté de rien", "commune:30189"),
    ("habitants de la Manche", "departement:50"),
    ("mon département c'est le 44", "departement:44"),
    ("la métropole du Grand Paris", "epci:200054781"),
    ("Vallée Sud-Grand Paris", "epci:200057966"),
    ("Annemasse Agglo", "epci:200011773"),
    ("le Pays de Meaux", "epci:200072130"),
    ("Je représente Saint-Jean-de-Braye", "commune:45284"),
    ("maire de Brive", "commune:19031"),
    ("COMMUNE DE BRIANÇON", "commune:05023"),
    ("comme Nantes, Angers ou Rennes", "commune:44109* commune:49007* commune:35238*"),
    ("Je suis maire de Saint-Georges-de-l'Oyapock", "commune:97308"),
    ("Tours veut un budget participatif", "commune:37261"),
    ("en Polynésie", "departement:987"),
    ("le code postal est 59200", "commune:59599"),
    ("une vallée des Alpes-Maritimes", "departement:06"),
    ("territoire de Paris Terres d'Envol", "epci:200058097"),
    ("Roissy Pays de France", "epci:200055655"),
    ("non pas à Agen mais à Villeneuve-sur-Lot", "commune:47323"),
)


@pytest.fixture(scope="module")
def finder() -> LieuFinder:
    return lieu_finder()


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_the_exact_territories_are_found(finder: LieuFinder, text: str, expected: str) -> None:
    found = finder.find(text)
    assert keys(found) == expected.split()
    assert not found.ambiguites


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_mentions_are_parts_of_the_original_text(
    finder: LieuFinder, text: str, expected: str
) -> None:
    for each in finder.find(text).territoires:
        assert 0 <= each.start < each.end <= len(text)
        assert text[each.start : each.end].strip() == text[each.start : each.end]


@pytest.mark.parametrize(
    ("text", "mention"),
    [
        ("Je suis maire d’Auch, merci", "Auch"),
        ("élu au Mans", "Mans"),
        ("la com com du Pays de Fayence est prête", "com com du Pays de Fayence"),
        ("on est dans le 32 !", "32"),
        ("À L'Hay-les-Roses ?", "L'Hay-les-Roses"),
        ("L\u2019E\u0301tat aide Se\u0300te", "Se\u0300te"),
    ],
)
def test_spans_follow_the_text_of_the_elu(finder: LieuFinder, text: str, mention: str) -> None:
    [only] = finder.find(text).territoires
    assert text[only.start : only.end] == mention


def test_the_finder_takes_the_lieux_of_understanding() -> None:
    finder = LieuFinder(
        [
            Lieu(type="departement", code="32", nom="Gers", departement="32", region="76"),
            Lieu(type="commune", code="32013", nom="Auch", departement="32", population=22_428),
        ]
    )
    assert keys(finder.find("maire d'Auch, dans le Gers")) == ["commune:32013"]


def test_near_is_less_sure_than_in(finder: LieuFinder) -> None:
    [inside] = finder.find("maire d'Auch").territoires
    [near] = finder.find("maire d'une commune près d'Auch").territoires
    assert near.score < inside.score
    assert near.score == pytest.approx(0.7)


def test_spans_hold_every_word_used(finder: LieuFinder) -> None:
    text = "Montreuil (93)"
    used = {text[start:end] for start, end in finder.find(text).spans}
    assert used == {"Montreuil", "93"}
