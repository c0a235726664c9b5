"""What the fablab keeps of somebody."""

import sqlalchemy as sa

from app.billing.models import Article
from app.booking.models import Booking, Resource
from app.core.db import db
from app.core.refusals import N_
from app.fablab.models import (
    Badge,
    Box,
    BoxPermit,
    Clearance,
    ClearanceType,
    Companion,
    LogEntry,
    Material,
    Project,
    Report,
    Tool,
    ToolLoan,
    Training,
    TrainingSeat,
    Use,
)
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
    uses = db.session.execute(
        sa.select(Resource.name.label("machine"), Use.started_at, Use.ended_at, Use.minutes, Use.cents)
        .join(Resource, Resource.id == Use.resource_id)
        .where(Use.member_id == member_id)
        .order_by(Use.id)
    )
    materials = db.session.execute(
        sa.select(Article.name.label("article"), Material.milli, Material.cents, Material.created_at)
        .join(Article, Article.id == Material.article_id)
        .join(Booking, Booking.id == Material.booking_id)
        .where(Booking.member_id == member_id)
        .order_by(Material.id)
    )
    reports = db.session.execute(
        sa.select(Resource.name.label("machine"), Report.text, Report.dangerous, Report.created_at, Report.closed_at, Report.answer)
        .join(Resource, Resource.id == Report.resource_id)
        .where(Report.member_id == member_id)
        .order_by(Report.id)
    )
    written = db.session.execute(
        sa.select(Resource.name.label("machine"), LogEntry.kind, LogEntry.text, LogEntry.at)
        .join(Resource, Resource.id == LogEntry.resource_id)
        .where(LogEntry.member_id == member_id)
        .order_by(LogEntry.id)
    )
    company = db.session.execute(
        sa.select(Resource.name.label("machine"), Booking.starts_at, Booking.ends_at, Companion.joined_at, Companion.left_at)
        .join(Booking, Booking.id == Companion.booking_id)
        .join(Resource, Resource.id == Booking.resource_id)
        .where(Companion.member_id == member_id)
        .order_by(Companion.id)
    )
    nameless = N_("Tant que le compte est ouvert ; ensuite sans votre nom, pour les statistiques du lieu.")
    with_machine = N_("Tant que la machine est là ; sans votre nom quand le compte est fermé.")
    given = db.session.execute(sa.select(Badge.created_at, Badge.revoked_at).where(Badge.member_id == member_id).order_by(Badge.id))
    projects = db.session.execute(
        sa.select(
            Project.title,
            Project.text,
            Project.materials,
            Project.licence,
            Project.link,
            Project.visibility,
            Project.is_signed,
            Project.created_at,
            Project.changed_at,
        )
        .where(Project.member_id == member_id)
        .order_by(Project.id)
    )
    return [
        kept(
            "machine_uses",
            uses.mappings(),
            title=N_("Les machines dont je me suis servi"),
            why=N_("Compter ce qui est dû, et savoir quand une machine est à entretenir."),
            until=nameless,
        ),
        kept("materials", materials.mappings(), title=N_("La matière que j’ai prise"), why=N_("Compter ce qui est dû."), until=nameless),
        kept(
            "machine_reports",
            reports.mappings(),
            title=N_("Ce que j’ai signalé sur les machines"),
            why=N_("Réparer, et vous répondre."),
            until=with_machine,
        ),
        kept(
            "machine_log",
            written.mappings(),
            title=N_("Ce que j’ai écrit dans le carnet des machines"),
            why=N_("Savoir ce qui a été fait, et par qui."),
            until=with_machine,
        ),
        kept(
            "company",
            company.mappings(),
            title=N_("Là où je suis allé avec quelqu’un"),
            why=N_("Ne laisser personne seul sur une machine qui demande d’être deux."),
            until=nameless,
        ),
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
            until=nameless,
        ),
        kept(
            "machine_badges",
            given.mappings(),
            title=N_("Mes badges de machine"),
            why=N_("Mettre une machine en marche sans téléphone. Leur numéro n’est gardé que sous une forme qui ne se relit pas."),
            until=N_("Tant que le compte est ouvert."),
        ),
        kept(
            "projects",
            projects.mappings(),
            title=N_("Mes réalisations"),
            why=N_("Les montrer à qui vous voulez. Leurs photos se prennent sur la page de chacune."),
            until=N_("Jusqu’à ce que vous les effaciez, et au plus tard avec le compte."),
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
