"""The words around a title that tell whose it is; read on folded tokens, one space between."""

import re

ORDINALS = (
    r"(?:\d+(?:er|ere|re|e|eme|nd|nde)|premiere?|seconde?|deuxieme|troisieme|quatrieme|cinquieme"
    r"|sixieme|septieme|huitieme|neuvieme|dixieme)"
)
FILLERS = (
    r"(?:(?:une?|la?|le|les|des|votre|aussi|egalement|donc|toujours|actuellement|bien|juste|moi|"
    r"nouvelle?|nouveau|jeune|sa|son|leur|titulaire|simple|tout|toute|recemment|"
    r"depuis \w+ (?:an|mois)s?|depuis peu|"
    r"actuel|actuelle|ici|cet|cette|"
    r"madame|monsieur|mme|m|encore|deja|elue?|nouvellement|fraichement|que?|"
    rf"{ORDINALS}|"
    r"euh|heu|aujourd'hui|aujourd hui|ben|voila|comme|entre autres|a la fois|desormais|"
    r"devenue?|redevenue?|meme|maintenant|seulement|enfin|"
    r"simplement|modeste|petite?|heureuse?|heureux|humble|l heureux|par ailleurs) )*"
)
_OWN_OFFICE = (
    r"\b(?:j exerce|j occupe|j assume|j assure|exercant|occupant|assumant|mon|ma|mes)\b"
    r"(?: \S+){0,5}? (?:fonctions?|mandats?|charge|poste|responsabilites?|titre|role|metier|"
    r"qualite|casquette|statut|echarpe|indemnites?|avis|regard|point de vue|experience) (?:de|d)"
)
_NOT_THIS_BUT_THAT = (
    r"\b(?:suis|etais) (?:pas|plus)\b[^.;!?]{0,40}\b(?:mais|juste|seulement|simplement|plutot)"
)
CUE = re.compile(
    r"(?:\b(?:je suis|je sui|j suis|suis|j ai ete|ai ete|en tant qu(?:e)?|en qualite d(?:e)?|"
    r"en ma qualite d(?:e)?|comme(?! (?:le|la|les|l|mon|ma|nos|notre|votre) )|etant|"
    r"je viens d etre|viens d etre|je deviens|c est moi|c est moi qui suis|nommee?|promue?|"
    r"l honneur d etre|fiere? d etre|nous sommes|on est|reelue?|signee?|signature|qualite|"
    r"elue?|mon role|ma fonction|fonction|mandat|mon profil|je cumule|"
    r"je me presente|me voici|me voila|moi c est|fais fonction d(?:e)?|"
    r"faisant fonction d(?:e)?|fais office d(?:e)?|moi c(?: est)? \S+ ,|moi \S+ ,)(?: [:,(])?|"
    rf"{_OWN_OFFICE}|{_NOT_THIS_BUT_THAT}|"
    r"(?:^|[,.;:(-] |\bet )(?:et |mais )?moi(?: ,)?|"
    r"\bje m appelle(?: \S+){1,4}|\bje suis(?: \S+){1,3} ,|"
    r"(?:^|[.;:!?,] )(?:moi |bonjour )?(?:je suis|j ai \S+(?: \S+)? ans|j habite|je vis|je viens"
    r"|je reside|je travaille|je bosse|je fais partie|je siege|moi c[ ']est)"
    r"(?! (?:avec|pas|plus|contre))[^.;:!?]{0,60} [,(]|"
    r"\b(?:m a|m ont|on m a) (?:elue?|nommee?|designee?|recrutee?|embauchee?)(?: comme)?) "
    + FILLERS
    + r"$"
)
WE_ARE_SEVERAL = re.compile(
    r"\b(?:nous(?: ,)? les|(?:on est|nous sommes)(?: tous| toutes)?"
    r"(?: (?:[2-9]|deux|trois|quatre|cinq|six|dix|des|plusieurs|quelques))?) (?:simples )?$"
)
"""« nous les riverains », « on est trois agents »: all of them are, the writer too."""
ONE_OF_THEM = re.compile(r"[^.;!?]{0,30}, j en suis une?\b")
SELF = re.compile(r"(?:[,(] )?(?:comme moi|moi [,)])(?! ?[,]? ?(?:le|la|l) )")
"""« un citoyen comme moi », « la première adjointe, moi, »."""
OF_SOMETHING = re.compile(r"(?:de|d|du|des)\b")
CHOSEN = re.compile(r"\b(?:m a|m ont|suis|elue?|nommee?) (?:\S+ )?$")
"""« Le conseil départemental m'a élu vice-président »: what is presided was said before."""
NEGATED = re.compile(
    r"\b(?:suis|etais|serai|sommes|est) (?:pas|plus|jamais|ni)\b"
    r"(?:(?!\b(?:mais|juste|seulement|simplement|plutot|je suis)\b)[^.;!?])*$"
    r"|\bai (?:longtemps |deja )?ete (?:le |la |une? )?$"
)
OPENING = re.compile(
    r"^\W*(?:\W*\b(?:bonjour|bonsoir|salut|coucou|hello|bjr|madame|monsieur|mesdames|messieurs|a|"
    r"tous|toutes?|l|equipe|oui|alors|voila|ici|euh|allo|merci|s'il vous plait|donc)\b\W*)*"
    r"(?:(?:une?|l|simple|jeune|nouvelle?|nouveau|nouvellement|elue?|mme|madame|monsieur|m|le|la)"
    r" )*$"
)
IN_PERSON = re.compile(r"\b(?:c est|ici) (?:le|la|l|une?) $")
"""« Bonjour, c'est la maire de Foix »: then comes her commune, not what the maire decides."""
WRITES_TO_YOU = re.compile(
    r"[^.,;!?]{0,60}\bqui vous (?:ecri\w*|parle|appelle|contacte|sollicite)\b"
)
"""« C'est l'adjoint à l'urbanisme qui vous écrit »."""
AFTER_OPENING = re.compile(
    r"(?: ?(?:$|[,.:;!?)(-]|(?:d|de|du|des|dans|en|a|au|aux|pour|chargee?|deleguee?|ici|depuis|"
    r"qui|pres|sur|j|je|nous|on|sans|avec|rurale?|sortante?|novice|debutante?|"
    r"et\b[^.;!?]*, (?:je|j|nous|on))\b))"
)
OF_A_PLACE = re.compile(r"(?:d|de|du|des|a|au|aux|en|adjointe?|dans)\b(?![^,.;!?]* qui\b)")
THIRD_PERSON_ARTICLE = re.compile(r"(?:^|\s)(?:le|la|les|l|mon|ma|notre|nos|une?|des|du) $")
SINCE = re.compile(r"\b(?:je|j|mon|ma) [^.;!?]*, $")
SIGNED = re.compile(
    r"\b(?:salutations?|sentiments|considerations?|hommages|respectu\w*|devoue\w*|cordialement|merci|"
    r"remerci\w+|prie|bien a vous)\b[^?]*[,.;!]\s*(?:le|la|l|une?|votre) $"
)
"""« … mes salutations distinguées. Le maire. »: the last words of a letter say who signs."""
SIGNATURE_END = re.compile(r"(?:(?:de|d|du|des|a|au|aux|en)\b[^.;!?,]{0,60})?\W*$")
PAST = re.compile(
    r"[^.;!?,]{0,40}\b(?:de|entre) (?:19|20)\d\d (?:a|et|jusqu'en) (?:19|20)\d\d\b"
    r"|[^.;!?,]{0,40}\bjusqu'en (?:19|20)\d\d\b"
    r"|[^.;!?,]{0,25}\b(?:autrefois|jadis|naguere|pendant \S+ (?:ans|annees))\b"
)
"""« Maire de Foix de 2014 à 2020, je suis habitant »."""
IT_IS_ME = re.compile(
    r"(?:(?!\b(?:que|qui|dit|m|a dit)\b)[^.;!?]){0,80}"
    r"\bc[ ']est (?:bien |justement )?moi\b(?! qui (?!suis\b))"
)
CLAUSE_START = re.compile(
    r"(?:^|[,.;:!?] )(?:(?:alors|ben|bah|eh bien|oui|et|ici) ,? ?)*(?:(?:le|la|l) )?$"
)
WRITES_ON = re.compile(
    r"[^,.;!?]{0,80}(?:$|[.!?\n]|, ?(?:je|j|nous|on|mon|ma|mes|notre|nos|pour|merci|comment|\d)\b|"
    r", ?[\w-]+ ?\W*$)"
)
"""What follows « Jean Dupont, maire de Foix » when he writes himself."""
OTHER_ACTS = re.compile(
    r"[^.;!?]{0,80}\b(?:nous|m|me|lui|vous|leur) (?:a|avait|ont|ecrit|dit|demande|propose)\b"
    r"|[^.;!?]{0,80}\b(?:souhaite|veut|voudrait|demande|est|decide|refuse|dit|peut|doit|va)\b"
)
GREETED = re.compile(r"\b(?:bonjour|bonsoir|salut|hello|merci|chere?s?)\b")
ADDRESSED = re.compile(r"\W*(?:$|[,.!;:])")
CIVILITY = re.compile(r"\b(?:mme|madame|m|monsieur) (?:la|le|l) $")
THIRD_PERSON_VERB = re.compile(
    r"[^.,;!?]{0,40}\b(?:souhaite|veut|voudrait|demande|est|decide|refuse|dit|nous|"
    r"peut|doit|recoit|va|fait|desire|aimerait)\b"
)
SPEAKS_NEXT = re.compile(r"[^.;!?]*, (?:je|j|nous|on)\b")

_INTERCOMMUNAL = (
    r"(?:communaute|com com|comcom|agglo\w*|intercommunalite|interco|metropole|epci|petr|syndicat)"
)
_ASSOCIATION = (
    r"(?:asso(?:ciation)?|collectif|comite (?:de quartier|des fetes)"
    r"|conseil (?:citoyen|de quartier)|club)"
)
_COMMUNE = r"(?:commune|village|ville|municipalite|cite|bourgade|mairie)"
OFFICES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "citoyen",
        re.compile(
            rf"\b{_ASSOCIATION}\b[^!?]{{0,200}}\bj(?:'en|e) suis (?:le |la |l'|un |une )?"
            r"(?:president|tresorier|secretaire|membre|benevole|salarie|adherent)"
            rf"|\b{_ASSOCIATION}[^.;!?,]{{0,30}}, (?:la |le )?"
            r"(?:president|tresorier|secretaire|membre)\w*(?: ?[,.]|$)"
        ),
    ),
    (
        "citoyen",
        re.compile(
            rf"\bje (?:preside|represente|dirige|co-?preside)\b[^.;!?]{{0,15}}\b{_ASSOCIATION}\b"
        ),
    ),
    (
        "elu_departemental",
        re.compile(
            r"\bje preside\b[^.;!?]{0,20}\b(?:conseil )?departement"
            r"|\bdepartement(?:al)?\b[^.;!?]{0,15}\bque je preside\b"
        ),
    ),
    (
        "president_epci",
        re.compile(
            rf"\b{_INTERCOMMUNAL}\b[^.;!?]{{0,30}}\b(?:que|dont) je preside\b"
            rf"|\b(?:je preside|j'ai l'honneur de presider|presidant)\b[^.;!?]{{0,40}}"
            rf"\b{_INTERCOMMUNAL}\b"
            rf"|\b{_INTERCOMMUNAL}\b[^.;!?]{{0,40}}\bdont j'(?:assure|exerce) la presidence\b"
            rf"|^\W*(?:bonjour\W+)?a la tete d['eu]\S*(?: \S+)?? ?{_INTERCOMMUNAL}\b[^.;!?]*, je\b"
        ),
    ),
    (
        "dgs",
        re.compile(
            rf"\bje dirige les services (?:municipaux )?(?:d['eu]|de)[^.;!?]{{0,12}}{_COMMUNE}"
        ),
    ),
    (
        "maire",
        re.compile(
            rf"\b{_COMMUNE}\b[^.;!?]{{0,20}}"
            r"\b(?:que je (?:dirige|gere|preside|administre)|dont je suis (?:le |la )?maire)\b"
            rf"|\bj'administre [^.;!?]{{0,12}}{_COMMUNE}\b"
        ),
    ),
    (
        "agent",
        re.compile(
            r"^\W*(?:bonjour\W+)?mairie d[^.;!?]{0,40}\bsecretaire\b|"
            r"\b(?:je (?:travaille|bosse)|(?:^|, )travaillant"
            r"|je suis (?:employee?|salariee?|en poste))\b"
            r"(?! avec)[^,.;!?]{0,20}\b"
            r"(?:mairie|services? (?:de|du|des|technique|communication|jeunesse|culture|urbanisme)|"
            r"(?:ville|agglo|metropole|departement|communaute|interco)(?= d[eu']))"
        ),
    ),
)
"""What the writer does, read on the plain folded text, when no title is spoken."""
