"""What the fablab keeps of somebody."""

import sqlalchemy as sa

from app.core.db import db
from app.core.refusals import N_
from app.fablab.models import Clearance, ClearanceType, Training, TrainingSeat
from app.members.rules import Kept, kept


def personal_data(member_id: int) -> list[Kept]:
    """What the fablab keeps of somebody."""
    clearances = db.session.execute(
        sa.select(
            ClearanceType.name.label("clearance"),
            Clearance.given_on,
            Clearance.expires_on,
            Clearance.evidence,
            Clearance.revoked_on,
            Clearance.revoked_reason,
        )
        .join(ClearanceType, ClearanceType.id == Clearance.clearance_type_id)
        .where(Clearance.member_id == member_id)
        .order_by(Clearance.id)
    )
    seats = db.session.execute(
        sa.select(Training.title, Training.starts_at, TrainingSeat.state, TrainingSeat.cents, TrainingSeat.created_at)
        .join(Training, Training.id == TrainingSeat.training_id)
        .where(TrainingSeat.member_id == member_id)
        .order_by(TrainingSeat.id)
    )
    return [
        kept(
            "clearances",
            clearances.mappings(),
            title=N_("Mes habilitations"),
            why=N_("Votre sécurité sur les machines, et celle des autres."),
            until=N_("Tant que le compte est ouvert."),
        ),
        kept(
            "trainings",
            seats.mappings(),
            title=N_("Mes initiations"),
            why=N_("Tenir la liste des places, et savoir qui a appris quoi."),
            until=N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour les statistiques du lieu."),
        ),
    ]
