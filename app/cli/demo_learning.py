"""What the demonstration's cohort has learnt in two weeks: a quiz, work handed in and read, levels, an interview, a page of journal."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from app.core.db import db
from app.courses import queries, services
from app.courses.models import Cohort, Enrolment, ProgrammeVersion
from app.courses.queries import learning
from app.courses.rules import quizzes
from app.courses.rules.learning import Verdict
from app.members.models import Member

OWN = " (Boitron)"  # the lieu's own version of the starter programme
FIRST_QUIZ = """Un commit garde…
- la dernière version des fichiers seulement
+ l’état des fichiers à un moment, avec un mot qui dit pourquoi
- les fichiers de toute l’équipe, à mesure qu’ils changent
> C’est une photographie datée et signée ; on peut y revenir.

Deux personnes ont changé la même ligne. Git…
+ demande à quelqu’un de choisir
- garde la plus récente
- efface les deux
> Il ne devine pas : un conflit se règle entre personnes.

Un mot de passe est parti dans un commit. On…
- efface le fichier et l’on n’en parle plus
+ change le mot de passe, puis on nettoie l’historique
- ajoute le fichier à .gitignore
> Ce qui a été poussé a pu être lu ; le secret n’en est plus un.
"""
SAID = "L’installation est faite, Git est compris. Le terminal fait encore un peu peur : c’est normal, et cela se dit."
PAGE = "J’ai versionné mon premier programme. J’ai surtout compris que **demander tôt** fait gagner du temps à tout le monde."
COMMIT = "4f2c9d1a7b3e5f60718293a4b5c6d7e8f9012345"
LEVELS = {  # (as the team sees it, as the person does) of the first competences
    "Julie Morel": ((2, 2), (1, None), (1, 1)),
    "Mehdi Cherif": ((1, 2), (1, 1)),
    "Sophie Duval": ((3, 2), (2, 2), (2, 1)),
    "Kevin Hamel": ((1, None),),
}


def own_version(starter: ProgrammeVersion, *, actor_id: int, now: datetime) -> ProgrammeVersion:
    """The starter programme, forked with a first quiz; the starter itself stays as its file says it."""
    own = services.copy_version(starter.id, label=starter.label + OWN, actor_id=actor_id, now=now)
    step = next((one for one in queries.outline(own).steps if "Git" in one.title), None)
    if step is None:
        return own
    return services.change_sequence(own.id, code=step.code, changes={"quiz": quizzes.from_text(FIRST_QUIZ)}, actor_id=actor_id, now=now)


def learn(cohort: Cohort, people: Mapping[str, Member], trainer: Member, *, now: datetime) -> None:
    rows = {row.member_id: row for row in db.session.scalars(sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id))}
    paths = {name: rows[people[name].id] for name in LEVELS if people[name].id in rows}
    _work(cohort, paths, trainer, now=now)
    wanted = learning.competences(cohort.programme_version_id)
    for name, path in paths.items():
        for skill, (theirs, own) in zip(wanted, LEVELS[name], strict=False):
            see = partial(services.assess, path.id, competence_id=skill.id, now=now - timedelta(days=3))
            see(level=theirs, by_self=False, evidence="premier dépôt", assessor_id=trainer.id)
            if own is not None:
                see(level=own, by_self=True, evidence="", assessor_id=path.member_id)
        for quiz in queries.programme_of(cohort).quizzes:
            answers = [question.right for question in quiz.questions]
            services.try_sequence_quiz(path.id, quiz=quiz.code, answers=answers if name != "Kevin Hamel" else answers[:1], now=now)
    for path in list(paths.values())[:1]:
        held = (now - timedelta(days=4)).date()
        services.note_interview(
            path.id, kind="start", held_on=held, said=SAID, decided="Un point chaque lundi à 16 h 30.", held_by_id=trainer.id, now=now
        )
        services.write_journal(
            path.id, week=cohort.first_day + timedelta(weeks=1), text=PAGE, readers="trainers", now=now - timedelta(days=3)
        )


def _work(cohort: Cohort, paths: Mapping[str, Enrolment], trainer: Member, *, now: datetime) -> None:
    """One work acquired by some, to redo for one; another one that is due."""
    criteria = ["Le dépôt est public et se clone", "Chaque commit dit pourquoi", "Le fichier LISEZMOI explique comment lancer"]
    ask = partial(services.ask_work, cohort.id, actor_id=trainer.id, now=now - timedelta(days=8))
    first = ask(
        title="Mon premier dépôt", brief="Un petit programme, **versionné**, qu’une autre personne peut lancer.", criteria=criteria,
        due_at=now - timedelta(days=4), peers=True,
    )  # fmt: skip
    ask(
        title="Une page pour une association du canton", brief="Une page seule, lisible sans feuille de style, puis avec.",
        criteria=["Les titres font un sommaire", "Elle se lit au clavier", "Elle pèse moins de 100 ko"], due_at=now + timedelta(days=5),
        peers=False,
    )  # fmt: skip
    for number, (name, path) in enumerate(paths.items()):
        url = f"https://codeberg.org/{name.split()[0].lower()}/premier-depot"
        sent = services.hand_in(first.id, enrolment_id=path.id, url=url, commit=COMMIT, note="", now=now - timedelta(days=5))
        if number < 3:
            verdicts = [Verdict(one, acquired=number != 1 or one != criteria[2]) for one in criteria]
            services.review(sent.id, verdicts=verdicts, comment="", reviewer_id=trainer.id, by_peer=False, now=now - timedelta(days=2))
