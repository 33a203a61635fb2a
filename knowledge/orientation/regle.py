"""The format of a rule file. French keys: the file that agents edit is the model itself."""

from datetime import date
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from knowledge.orientation.situation import Situation
from knowledge.orientation.vocabulaire import (
    Dispositif,
    Duree,
    Intention,
    Role,
    Route,
    Signal,
    Theme,
    TypeTerritoire,
)

_OUI_NON = {"oui": True, "non": False}

Texte = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]
Identifiant = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
Adresse = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]
CodeCommune = Annotated[str, StringConstraints(pattern=r"^(?:\d{2}|2[AB])\d{3}$")]
CodeDepartement = Annotated[str, StringConstraints(pattern=r"^(?:\d{2,3}|2[AB])$")]
CodeRegion = Annotated[str, StringConstraints(pattern=r"^\d{2}$")]
Siren = Annotated[str, StringConstraints(pattern=r"^\d{9}$")]
RefTerritoire = Annotated[
    str, StringConstraints(pattern=r"^(?:commune|epci|departement|region):[0-9AB]{2,9}$")
]
OuiNon = Annotated[bool, BeforeValidator(lambda value: _OUI_NON.get(value, value))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bornes(_Strict):
    """An inclusive range of whole numbers; at least one bound is given."""

    min: Annotated[int, Field(ge=0)] | None = None
    max: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.min is None and self.max is None:
            raise PydanticCustomError("bornes_vides", "no bound")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("bornes_inversees", "min > max")
        return self


class Periode(_Strict):
    """Days, both included; at least one end is given. Examples run on `debut`, else on `fin`."""

    debut: date | None = None
    fin: date | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.debut is None and self.fin is None:
            raise PydanticCustomError("periode_vide", "no end")
        if self.debut is not None and self.fin is not None and self.debut > self.fin:
            raise PydanticCustomError("periode_inversee", "debut > fin")
        return self

    def holds(self, jour: date) -> bool:
        """Tell whether a day is within."""
        return (self.debut is None or jour >= self.debut) and (self.fin is None or jour <= self.fin)


class _Choix(_Strict):
    """Base of the choices among words: every group that is given must hold."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.model_fields_set or not all(getattr(self, k) for k in self.model_fields_set):
            raise PydanticCustomError("choix_vide", "no word")
        return self


class ChoixSignaux(_Choix):
    """Signals: at least one of, all of, none of."""

    au_moins_un: tuple[Signal, ...] = ()
    tous: tuple[Signal, ...] = ()
    aucun: tuple[Signal, ...] = ()


class ChoixThemes(_Choix):
    """Themes: at least one of, all of, none of; `connu` asks only that some theme be known."""

    connu: OuiNon = False
    au_moins_un: tuple[Theme, ...] = ()
    tous: tuple[Theme, ...] = ()
    aucun: tuple[Theme, ...] = ()


class Condition(_Strict):
    """Exactly one thing to look at in a situation."""

    intention: tuple[Intention, ...] | None = None
    signaux: ChoixSignaux | None = None
    themes: ChoixThemes | None = None
    role: tuple[Role, ...] | None = None
    population: Bornes | None = None
    nombre_collectivites: Bornes | None = None
    duree: Duree | None = None
    territoire: tuple[TypeTerritoire, ...] | None = None
    commune: tuple[CodeCommune, ...] | None = None
    epci: tuple[Siren, ...] | None = None
    departement: tuple[CodeDepartement, ...] | None = None
    region: tuple[CodeRegion, ...] | None = None
    deja_accompagne: tuple[Dispositif, ...] | None = None
    date: Periode | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.model_fields_set) != 1 or not getattr(self, self.nom):
            raise PydanticCustomError("une_condition", "exactly one condition")
        return self

    @property
    def nom(self) -> str:
        """The only key that the file gives."""
        return next(iter(self.model_fields_set))


class Critere(_Strict):
    """A condition and the sentence that shows it to the élu.

    `requis`: the rule applies only when met; otherwise it is only shown among the reasons.
    `sinon` and `si_inconnu`: what to tell of this route when the condition is not met, or
    when too little is known to say.
    """

    critere: Texte
    condition: Condition
    requis: OuiNon = True
    sinon: Texte | None = None
    si_inconnu: Texte | None = None
    source: Adresse | None = None


class Exclusion(_Strict):
    """A condition that sets the rule aside when met; unknown, it blocks and asks nothing."""

    critere: Texte
    condition: Condition
    sinon: Texte


class Alors(_Strict):
    """Where the rule leads."""

    orienter_vers: Route


class Quand(_Strict):
    """The situation of an example, in the words of the conditions."""

    intention: Intention | None = None
    signaux: tuple[Signal, ...] = ()
    themes: tuple[Theme, ...] = ()
    role: Role | None = None
    population: Annotated[int, Field(ge=0)] | None = None
    nombre_collectivites: Annotated[int, Field(ge=1)] | None = None
    duree: Duree | None = None
    territoire: RefTerritoire | None = None
    epci: Siren | None = None
    departement: CodeDepartement | None = None
    region: CodeRegion | None = None
    deja_accompagne: tuple[Dispositif, ...] | None = None
    jour: date | None = None

    def to_situation(self) -> Situation:
        """Return what `decide` reads."""
        kind, _, code = (self.territoire or "").partition(":")
        return Situation(
            intent=self.intention,
            signaux=frozenset(self.signaux),
            themes=self.themes,
            role=self.role,
            population=self.population,
            nombre_collectivites=self.nombre_collectivites,
            duree=self.duree,
            territoire_type=kind or None,
            territoire_code=code or None,
            departement=self.departement,
            epci=self.epci,
            region=self.region,
            deja_accompagne=self.deja_accompagne,
            jour=self.jour,
        )


class Exemple(_Strict):
    """A case that the rules must settle as said; run as a test."""

    phrase: Texte
    quand: Quand
    attendu: Route


class RouteFiche(_Strict):
    """How a route is named and described, and the resource that tells more about it."""

    titre: Texte
    description: Texte
    resource_id: Identifiant | None = None


class Regle(_Strict):
    """One orientation rule.

    `rang` is its precedence: among the rules that apply, the smallest rank wins. Outside its
    `validite`, it is set aside. `titre` and `fiche` (id of a resource) are optional in the file:
    the loader fills them from the route. `pourquoi_pas` is said when another route is retained
    although nothing forbids this one.
    """

    id: Identifiant
    rang: Annotated[int, Field(ge=1)]
    si: tuple[Critere, ...]
    sauf_si: tuple[Exclusion, ...] = ()
    alors: Alors
    titre: Texte = ""
    fiche: Identifiant | None = None
    motif: Texte
    prochaine_etape: Texte
    pourquoi_pas: Texte
    source: Adresse
    verifie_le: date
    validite: Periode | None = None
    exemples: tuple[Exemple, ...] = ()

    @property
    def route(self) -> Route:
        """The route this rule leads to."""
        return self.alors.orienter_vers

    @property
    def is_default(self) -> bool:
        """True for the rule without criteria, which applies to any situation, on any day."""
        bound = self.sauf_si or self.validite
        return not any(critere.requis for critere in self.si) and not bound

    def is_valid_on(self, jour: date | None) -> bool:
        """Tell whether the rule holds that day; a day that is not known is within."""
        return self.validite is None or jour is None or self.validite.holds(jour)
