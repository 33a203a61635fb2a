"""Words that tell a place from an ordinary word: folded, without accents.

They are cues read by the finder, never shown to anyone.
"""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, separated by blanks."""
    return frozenset(text.split())


LINKS = word_set("de d du des la le les l a au aux en")
ARTICLES = word_set("le la l les du des au aux")
DE = word_set("de d du des")
CONTRACTIONS = {"le": frozenset({"au", "du"}), "les": frozenset({"aux", "des"})}

# A noun that makes of the name after it a place: « maire de », « commune d' ».
ROLES = word_set(
    """
    maire maires mairie mairies adjoint adjointe adjoints adjointes adj elu elue elus elues
    conseiller conseillere conseillers conseilleres dgs dga secretaire agent agente
    directeur directrice
    """
)
PLACES = word_set(
    """
    commune communes ville villes village villages bourgade municipalite habitants
    habitantes habitant habitante administres municipal
    """
)
QUALIFIERS = word_set(
    """
    delegue deleguee municipal municipale municipaux municipales adjoint adjointe charge
    chargee general generale nouvelle nouveau rurale rural petite petit citoyen citoyenne
    ville premier premiere au maire communal communale de la ma notre
    """
)
LOCATIVES = word_set("a au aux sur vers depuis pour chez entre")

# What has a date: « le forum citoyen du 12 ».
DATED = word_set(
    """
    forum forums journee journees atelier ateliers rencontre rencontres reunion reunions vote votes
    courrier courriers mail mails lettre message seance seances conseil conseils debat debats
    assemblee ag scrutin visite visites formation formations marche marches fete salon colloque
    seminaire bureau commission commissions webinaire rendez rdv soiree matinee appel deliberation
    decret arrete loi article numero bulletin permanence permanences
    """
)

# What may be « du 93 »: people and bodies, never what has a date.
OWNERS = (
    ROLES
    | PLACES
    | word_set(
        """
        suis sommes departement prefecture bourg citoyen citoyenne citoyens citoyennes riverain
        riverains collectivite collectivites asso association associations epci cc comcom interco
        intercommunalite intercommunalites intercos agglo metropole exemples experiences acteurs
        structures facilitateur facilitateurs facilitatrice animateur animatrice animateurs
        prestataire prestataires conseillers referent referente ruraux rurales jeunes gens voisins
        retour retours projets communaute communautes hlm bailleurs departemental departementale
        """
    )
)
# Words that follow a number only when it counts nothing: « ds 62 svp ».
CLOSING = word_set(
    """
    svp merci et ou on nous je qui que pour mais est a avec y il elle ils stp donc car si ou
    comment quel quelle quels quelles
    """
)

CIVILITIES = word_set(
    """
    m mr mm mme mmes mlle monsieur madame maitre dr docteur pr senateur senatrice depute
    deputee professeur professeure ministre prefet prefete commissaire capitaine commandant
    lieutenant adjudant colonel epoux freres soeurs veuve famille doctoresse notaire huissier
    avocat avocate abbe cure vicaire rabbin imam infirmier infirmiere pharmacien pharmacienne
    """
)
FIRST_NAMES = word_set(
    """
    toussaint noel valentine gael noe germaine laurie alix eloise adele adrien agathe agnes
    alain albert alexandra alexandre alexis alice aline amandine amelie anais andre andree
    angele angelique anna anne annick annie anthony antoine antoinette antony arnaud arthur
    aude audrey augustin aurelie aurelien axel baptiste barbara bastien beatrice benoit
    benjamin bernadette bernard bertrand brigitte bruno camille carine carole caroline
    catherine cathy cecile cedric celine chantal charles charlotte chloe christel christelle
    christian christiane christine christophe claire clara claude claudine clemence clement
    colette coralie corinne cyril damien daniel daniele danielle david delphine denis denise
    didier dominique edith edouard eliane elisabeth elise elodie emilie emma emmanuel
    emmanuelle eric estelle esther etienne eva evelyne fabien fabienne fabrice fanny fatima
    felix fernand florence florian francine francis franck francois francoise frederic
    frederique gabriel gaelle genevieve georges gerard germaine ghislaine gilbert gilles
    ginette gisele gregory guillaume gustave guy helene henri henriette herve hubert hugo
    hugues ines irene isabelle jacqueline jacques janine jean jeanne jeannine jerome joel
    joelle jonathan josette joseph josiane julia julie julien juliette justine karim karine
    kevin laetitia laura laure laurence laurent lea leon leo liliane lionel lisa loic louis
    louise luc lucas lucette lucie lucien lucienne ludovic lydie madeleine magali manon marc
    marcel marcelle margaux margot marguerite maria marianne marie marina marine marion
    marthe martin martine mathieu mathilde matthieu maurice maxime melanie mercedes michel
    michele micheline mickael mireille mohamed monique morgane muriel myriam nadia nadine
    nancy nathalie nathan nicolas nicole noemie odette odile olivia olivier pascal pascale
    patrice patricia patrick paul paule paulette pauline philippe pierre pierrette quentin
    rachel raphael raymond raymonde regine regis remi remy rene renee richard robert roger
    roland romain rose sabine sabrina samuel sandra sandrine sarah sebastien serge severine
    simon simone solange sonia sophie stephane stephanie suzanne sylvain sylvette sylvie
    therese theo thierry thomas tristan valentin valerie vanessa veronique victor vincent
    ahmed ali amina anouk apolline aymeric blandine brice bruna capucine clementine corentin
    cyrille dimitri djamila elsa enzo erwan fatou flavien florent gaetan gaspard geoffroy gilbert
    gwenael gwenaelle honorine ibrahim jade jeremy jocelyn jocelyne johan jordan jules killian
    lambert leila lena leonie lilian lola ludivine mael maelle malik marcelline margot
    mathis maud mehdi nadege nora noura octave oceane pauline quitterie rachid ronan said salome
    samir samuel solene soizic tanguy thibaud thibault thibaut tiphaine ugo
    violaine wilfried yasmine yohan youssef zelie
    violette virginie viviane xavier yann yannick yves yvette yvon yvonne yolande zoe
    """
)
# Capitalised words that may stand right before a place without making a person's name of it.
TITLES = word_set(
    """
    bonjour bonsoir salut merci mairie ville commune communaute agglo agglomeration
    metropole maire est ouest nord sud pays urbaine communes oui non departement region elu
    elue votre ma notre cordialement ccas cc ca cu petr ici mon chez alors donc
    """
)

STREETS = word_set(
    """
    porte rue rues avenue av boulevard bd bld place chemin route impasse quai allee allees
    cours square passage faubourg rond carrefour pont autoroute lotissement residence
    """
)
ORGANISATIONS = word_set(
    """
    ligue credit jo jeux banque universite universites fac faculte institut chu tribunal
    cour academie rectorat traite accord accords pacte protocole protocoles festival
    aeroport caue chambre agence diocese abbaye loi rapport circulaire amendement
    jurisprudence arret editions journal radio methode ecole olympique stade club sciences
    centre iut insa iep tgi fc musee conservatoire hopital vin vins savon moutarde jambon
    edf engie sncf crous canton cantons congres edit serment sommet conference declaration
    marathon aerodrome lycee college prison centrale hotel bataille verre verres bouteille
    bouteilles betises biere porcelaine dentelle liqueur fromage
    """
)
# What is eaten, drunk or made, and bears the name of where it comes from: « saucisse de Morteau ».
DELICACIES = word_set(
    """
    saucisse saucisses saucisson saucissons andouille andouilles andouillette tripes nougat
    calisson calissons cassoulet choucroute quenelles piment lentilles pruneau pruneaux melon
    melons poulet agneau volaille rillettes galette gateau praline pralines berlingot berlingots
    macaron macarons madeleine madeleines pate huile oignons faience faiences couteau couteaux
    tapis camembert brie cidre truffe truffes cerises fraises asperges huitres sardines potee
    chou choux fromages appellation aoc aop igp
    """
)
# An organisation of these kinds is of the place where it stands.
LOCAL = word_set("ecole centre stade club")
ORGANISATION_QUALIFIERS = word_set(
    """
    agricole mutuel olympiques administratif administrative judiciaire national nationale
    regional regionale commercial territoriale d appel agriculture commerce metiers comptes
    urbanisme po paris architecture
    """
)
RIVERS = word_set(
    """
    massif val pied montagnes monts plateau sommet foret parc bord bords rive rives quai quais
    berge berges vallee vallees crue crues pont eaux riviere fleuve long gorges estuaire
    embouchure source sources debordement inondations bassin canal affluent lit niveau
    longe longent longeons borde bordent traverse traversent enjambe surplombe domine
    moulin barrage passerelle digue digues ecluse gue guinguette baignade peche kayak
    """
)

NEGATED_VERBS = word_set(
    """
    suis sommes est es etes sont etais etait etions habite habitons habitez c travaille dis dit
    parle parlais parlons parlez parlait concerne concernait agit vis vient viens veux voulais
    """
)

MONTHS_AND_UNITS = word_set(
    """
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre h
    heure heures minutes min e eme er ere ieme arrondissement euros euro eur k keuros jours
    jour ans an mois semaines semaine metres m km pour pourcent premiers dernieres prochains
    rue avenue bis ter personnes habitants hab hbts hbt voix electeurs inscrits foyers
    logements places conseillers elus communes m2 ha hectares participants questionnaires
    signatures votants jeunes enfants eleves citoyens menages adherents abonnes visiteurs
    membres presents absents reponses contributions propositions idees questions pages fois
    villages villes hameaux bourgs quartiers ateliers reunions seances rencontres
    projets dossiers familles benevoles salaries delegues
    representants collegues ecoles associations points votes bulletins candidats candidatures
    agents ames millions milliers mille
    """
)
QUANTITIES = word_set(
    """
    environ presque plus moins quasi pres population compte comptons sommes est budget
    autour entre quelque quelques montant cout subvention coute total seuil passe article
    articles art reference dossier numero no n tel telephone siret siren
    """
)
FILLERS = word_set(
    """
    bonjour bonsoir salut hello oui non c est ma mon notre nos la le les l commune ville
    village mairie de d du des a au aux je suis on nous sommes habite maire elu elue et en
    dans ici donc alors pardon voila merci s appelle code postal insee cp departement dept
    dpt region
    """
)

# Famous towns whose name is also a word or a first name: known in lower case after a preposition.
KNOWN_WORD_TOWNS = word_set(
    """
    tours nice orange vienne cannes grasse vannes lens saintes gap colombes fougeres
    houilles muret menton laval antony nancy vernon bruges stains trappes sceaux dole
    valence castres
    """
)
# Famous towns whose name is an everyday word: a capital and a cue are needed.
EVERYDAY_TOWNS = word_set(
    """
    sens plaisir croix fontaine chatillon port robert garde possession madeleine moule
    tampon lilas plaine riche union
    """
)

# Départements whose name is also a direction, a river or a word: an article and a cue are needed.
STRICT_DEPARTEMENTS = word_set(
    """
    nord lot manche somme cher aube creuse allier landes loire ain aude var marne orne rhone
    vienne mayenne paris meuse oise
    """
)
# Among them, those that an élu in a hurry may type in lower case after « dans ».
LOWER_CASE_DEPARTEMENTS = word_set(
    """
    cher creuse allier landes loire ain aude var marne orne rhone vienne mayenne aube meuse
    oise
    """
)

# Names of towns that are often written, as ordinary words are, and that are no French word.
PROPER_TOWNS = word_set(
    """
    aignan amboise apt arcachon cassel die orsay toul
    asnieres auteuil aulnay autun avranches bayeux beaufort beaulieu
    beaumont beauregard beauvoir belleville billancourt briancon brienne calvi canet chambord
    champigny charleville charly chateauneuf chatel choisy clermont cluny conde corbeil corte
    deauville estaing evry faye fleury foix fontainebleau fontenay frontenac gignac gournay
    granville guingamp joinville langres lescure lisieux mantes marly mende mirabeau mons montebourg
    montesquieu montfort montigny morlaix munster murat nemours neuilly neuville noailles nogent
    persan pia rambouillet richelieu rohan romans roquefort rousset roussillon salins savigny
    sedan senlis sochaux sully thiers turenne varennes vauban vaux vence vendome verdun verneuil
    vernet villars villeneuve villers villiers woerth
    """
)
# What is named after saints and people: « le gymnase Saint-Exupéry », « le collège Montfort ».
NAMED_THINGS = word_set(
    """
    eglise ecole lycee college hopital clinique chapelle fete foire marche salle cite groupe
    ehpad paroisse ilot gare institution parc foyer espace residence creche amicale stade
    gymnase theatre cinema cathedrale basilique abbaye prieure couvent cimetiere ile pointe cap
    fort tour ruelle sentier montee fontaine hameau ferme domaine chateau bar cafe restaurant
    boulangerie pharmacie camping gite mutuelle fondation zone zac batiment immeuble caserne
    bibliotheque mediatheque piscine halle complexe maternelle ludotheque galerie tiers
    laboratoire hotel auberge cabinet entreprise societe
    """
)

# Towns and countries abroad that a commune of France also bears the name of.
ABROAD = word_set(
    """
    bologne venise cologne grenade fribourg montreal suisse sion soudan argentine caire
    cadix modene treves baden rhodes lagos montreux aoste perouse ancone berg
    bruges
    """
)
# What makes of any name that of a town abroad: « Vienne, en Autriche ».
COUNTRIES_ABROAD = word_set(
    """
    allemagne angleterre argentine autriche belgique bresil bulgarie canada chine croatie danemark
    ecosse espagne finlande galles grece hongrie irlande islande italie japon luxembourg maroc
    mexique norvege pologne portugal quebec roumanie royaume russie senegal serbie slovenie suede
    suisse tunisie turquie ukraine
    """
)
# Villages with an article whose name is a seldom noun: « au carbet », in lower case, is no place.
SELDOM_NOUNS = word_set(
    """
    carbet marigot reposoir precheur clapier martinet tartre givre pertuis heaulme sequestre
    metairies croutes hermites ecorces ormes ifs thons broc
    """
)
# Départements that are also what is eaten or drunk, in lower case: « le calvados de grand-père ».
PRODUCTS = word_set("calvados cantal")
# Words which, anywhere in a message, make of the name a brand: « Orange a coupé la fibre ».
BRANDS = {
    "orange": word_set(
        """
        carte fibre reseau antenne antennes operateur operateurs telephone telephonie internet
        sfr free bouygues livebox mobile 4g 5g forfait societe abonnement box cuivre gilet sncf
        poste fibrage fibrer cablage boutique debit raccordement
        """
    )
}
# What bears right after it the name of its model: « deux tables Roanne ».
MODELS = word_set(
    """
    modele modeles gamme collection marque type table tables chaise chaises canape canapes banc
    bancs lampe lampes velo velos tente tentes chapiteau camion voiture tondeuse
    """
)
# What makes of a name an ordinary word: « à sens unique ».
FOLLOWED_BY = {
    "sens": word_set("unique interdit propre figure commun large strict inverse civique"),
    "tours": word_set("table role scrutin"),
    "nice": word_set("people"),
    "orange": word_set("mecanique"),
    "aube": word_set("nouvelle nouveau doree matinale radieuse naissante"),
    "lot": word_set("consolation"),
    "union": word_set(
        """
        europeenne nationale regionale departementale locale sportive sociale federale monetaire
        commerciale internationale francaise amicale cycliste musicale paysanne libre des de
        """
    ),
}
# Fixed expressions in which a town is no place of the élu.
EXPRESSIONS = (
    "gare de lyon",
    "notre dame de paris",
    "accord de paris",
    "salon de paris",
    "ballon des vosges",
    "ballons des vosges",
    "monts d ardeche",
    "landes de gascogne",
    "cafe de paris",
    "montagnes du jura",
)
