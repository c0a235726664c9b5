"""When somebody is erased: their seats and their visitors go; a key that is still in their pocket comes back first."""

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa

from app.core.db import db, transaction
from app.core.refusals import N_, Reason
from app.coworking import queries
from app.coworking.models import SignUp, Visitor
from app.coworking.services.events import give_up_seat
from app.members.rules import Eraser


class KeysLent(Reason):
    code = "keys_lent"
    sentence = N_("Une clé ou un badge du lieu est encore prêté : %(marks)s.")
    next_step = N_("Rendez-le d’abord : la caution revient avec lui.")


def obstacles_to_erasing(member_id: int, _today: date) -> Iterator[Reason]:
    if lent := queries.loans_of(member_id):
        yield KeysLent(marks=", ".join(loan.key.mark for loan in lent))


def erase_person(member_id: int, now: datetime) -> None:
    with transaction():
        mine = sa.select(SignUp.id).where(
            SignUp.member_id == member_id, SignUp.state.in_(("in", "waiting", "offered")), SignUp.came.is_(False)
        )
        for signup_id in db.session.scalars(mine).all():
            give_up_seat(signup_id, actor_id=member_id, now=now)
        for visitor in db.session.scalars(sa.select(Visitor).where(Visitor.host_id == member_id)).all():
            visitor.name, visitor.email = "", ""
        db.session.flush()


ERASER = Eraser(
    goes=(N_("Vos inscriptions aux événements, le nom et l’adresse de vos visiteurs."),),
    obstacles=obstacles_to_erasing,
    erase=erase_person,
)
