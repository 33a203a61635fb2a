"""Prometheus metrics: counts and durations, never a word nor an identity."""

from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram


@dataclass(slots=True)
class Metrics:
    """The metrics of one application."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    conversations: Counter = field(init=False)
    turns: Counter = field(init=False)
    turn_seconds: Histogram = field(init=False)
    tickets: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.conversations = Counter(
            "orientation_conversations", "Conversations ouvertes", registry=self.registry
        )
        self.turns = Counter(
            "orientation_tours",
            "Tours de conversation",
            ["issue", "intention", "orientation"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "orientation_tour_secondes",
            "Durée d'un tour, de la réception à la réponse",
            buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
            registry=self.registry,
        )
        self.tickets = Counter(
            "orientation_demandes", "Demandes transmises à un conseiller", registry=self.registry
        )
