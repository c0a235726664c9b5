"""What is measured, what it must reach and what it aims at: the one table."""

from collections.abc import Callable
from typing import NamedTuple


class Target(NamedTuple):
    """One line of the table; without `must` it only informs."""

    name: str
    words: str
    unit: str = "ms"
    must: float | None = None
    aim: float | None = None
    more_is_better: bool = False

    def is_met(self, value: float) -> bool:
        return self.must is None or (value >= self.must if self.more_is_better else value <= self.must)

    def shown(self, value: float | None) -> str:
        return "" if value is None else SHOWN[self.unit](value)


SHOWN: dict[str, Callable[[float], str]] = {
    "ms": lambda value: f"{value:.2f} ms",
    "s": lambda value: f"{value:.2f} s",
    "×": lambda value: f"{value:.2f} ×",
    "ko": lambda value: f"{value / 1000:.1f} ko",
    "Mo": lambda value: f"{value / 1e6:.0f} Mo",
    "/s": lambda value: f"{value:.0f} /s",
    "": lambda value: f"{value:.0f}",
}

# CPU of every process that works for the answer (web, worker, database), a request, median.
TARGETS = (
    Target("hello", "Flask nu, « bonjour »"),
    Target("reference", "témoin : Flask-Login, SQLAlchemy Core, grille Jinja"),
    Target("week", "semaine de tout le lieu, sans cache", must=8, aim=5),
    Target("week_ratio", "… par rapport au témoin", "×", must=2),
    Target("week_cached", "… fragment en cache", must=1.6, aim=1.1),
    Target("week_unchanged", "… inchangée (304)", must=1.2, aim=0.9),
    Target("thing", "semaine d’une salle", must=2.1, aim=1.2),
    Target("form", "réserver : le formulaire"),
    Target("submit", "réserver : l’envoi"),
    Target("booking", "réserver, formulaire et envoi", must=6.5, aim=4.4),
    Target("submit_p95", "réserver : attente de l’envoi, p95", must=10),
    Target("mailed", "… et son courriel lu, écrit, envoyé par le travail de fond"),
    Target("refusal", "refus, avec les autres possibilités"),
    Target("race_rounds", "course de 50 : tours sans gagnant unique", "", must=0),
    Target("race_errors", "course de 50 : réponses 5xx", "", must=0),
    Target("race_false", "course de 50 : refus à tort", "", must=0),
    Target("race_p95", "course de 50 sur deux processus, p95", must=150, aim=60),
    Target("signing_p95", "signer à trente au même instant, deux processus, p95", must=60),
    Target("pouring", "verser les 875 heures d’une promotion, attente", "s", must=2),
    Target("month", "facturer 300 personnes, PDF et courriels compris", "s", must=40, aim=20),
    Target("month_cpu", "… dont processeur des deux commandes", "s"),
    Target("month_memory", "… mémoire du plus gros des deux processus", "Mo"),
    Target("growth_page", "semaine, 500 000 réservations par rapport à 5 000", "×", must=1.15, aim=1.05),
    Target("growth_booking", "réserver, 500 000 par rapport à 5 000", "×", must=1.15, aim=1.05),
    Target("cold", "calendrier, navigateur vide", "ko", must=30_000, aim=16_000),
    Target("cold_requests", "… en requêtes", "", must=4, aim=2),
    Target("first_round_trip", "… HTML et CSS comprimés", "ko", must=14_000),
    Target("sign_in", "page d’entrée, navigateur vide", "ko", must=10_000, aim=6_000),
    Target("again", "calendrier redemandé, inchangé", "ko", must=1_000),
    Target("slow_line", "calendrier à 1 Mbit/s et 100 ms, dernier octet", "s", must=1.0, aim=0.6),
    Target("memory", "mémoire (PSS) de tout, deux processus, après la charge", "Mo", must=130e6, aim=100e6),
    Target("start", "du lancement à la première réponse", "s", must=2.5, aim=1),
    Target("throughput", "semaine sans cache, un processus, un cœur", "/s", must=120, aim=200, more_is_better=True),
)
BY_NAME = {target.name: target for target in TARGETS}
