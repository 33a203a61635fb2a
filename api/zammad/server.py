"""Where Zammad is."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ZammadServer:
    """Its address, without a last slash, the access token, the group that receives the tickets."""

    url: str
    token: str = field(repr=False)
    group: str
