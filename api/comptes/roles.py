"""The roles of the people who work here; what each may do is in `api/droits/`."""

from enum import StrEnum


class Role(StrEnum):
    """What an account is for; the French labels are in `api/textes/console.yml`."""

    CONSEILLER = "conseiller"
    RESPONSABLE = "responsable"
    REDACTEUR = "redacteur"
    RELECTEUR = "relecteur"
    ADMIN_TECHNIQUE = "admin_technique"
