"""What the fablab keeps of somebody."""

import sqlalchemy as sa

from app.core.db import db
from app.core.refusals import N_
from app.fablab.models import Box, BoxPermit, Clearance, ClearanceType, Tool, ToolLoan, Training, TrainingSeat
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
    loans = db.session.execute(
        sa.select(
            Tool.name.label("tool"), Tool.mark, ToolLoan.lent_at, ToolLoan.due_on, ToolLoan.returned_at, ToolLoan.outcome, ToolLoan.note
        )
        .join(Tool, Tool.id == ToolLoan.tool_id)
        .where(ToolLoan.member_id == member_id)
        .order_by(ToolLoan.id)
    )
    permits = db.session.execute(
        sa.select(Box.mark.label("box"), BoxPermit.first_day, BoxPermit.last_day, BoxPermit.released_on)
        .join(Box, Box.id == BoxPermit.box_id)
        .where(BoxPermit.member_id == member_id)
        .order_by(BoxPermit.id)
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
        kept(
            "tool_loans",
            loans.mappings(),
            title=N_("Les outils que j’ai empruntés"),
            why=N_("Savoir qui a quoi, et le demander à la bonne personne."),
            until=N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour l’histoire de l’outil."),
        ),
        kept(
            "boxes",
            permits.mappings(),
            title=N_("Mes casiers"),
            why=N_("Savoir à qui est ce qui s’y trouve."),
            until=N_("Tant que le compte est ouvert ; ensuite sans votre nom."),
        ),
    ]
