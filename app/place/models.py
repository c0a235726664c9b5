"""Tables of the lieu."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Model


class Place(Model):
    """Lieu: one tiers-lieu with its address, its zone, its habits. Most installs have one."""

    __tablename__ = "place"
    __table_args__ = (
        sa.CheckConstraint("morning_from < morning_to AND morning_to <= afternoon_from AND afternoon_from < afternoon_to", name="halves"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    short_name: Mapped[str] = mapped_column(sa.String(40), default="")
    legal_form: Mapped[str] = mapped_column(sa.String(80), default="")
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    postal_code: Mapped[str] = mapped_column(sa.String(10), default="")
    town: Mapped[str] = mapped_column(sa.String(120), default="")
    insee: Mapped[str] = mapped_column(sa.String(5), default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="FR")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    how_to_come: Mapped[str] = mapped_column(sa.String(500), default="")  # bus, car park, which door: for who comes the first time
    siret: Mapped[str] = mapped_column(sa.String(14), default="")
    rna: Mapped[str] = mapped_column(sa.String(10), default="")
    training_number: Mapped[str] = mapped_column(sa.String(11), default="")  # NDA, numéro de déclaration d'activité
    disability_referent: Mapped[str] = mapped_column(sa.String(200), default="")  # référent handicap: who, and how to reach them
    vat_number: Mapped[str] = mapped_column(sa.String(14), default="")
    iban: Mapped[str] = mapped_column(sa.String(34), default="")
    zone: Mapped[str] = mapped_column(sa.String(40), default="Europe/Paris")
    locale: Mapped[str] = mapped_column(sa.String(5), default="fr")
    holidays_country: Mapped[str] = mapped_column(sa.String(2), default="FR")
    holidays_subdivision: Mapped[str] = mapped_column(sa.String(4), default="")  # 6AE: Alsace, 57: Moselle
    badge_all_hours: Mapped[bool] = mapped_column(default=False)  # badge holders come day and night
    is_demo: Mapped[bool] = mapped_column(default=False)
    morning_from: Mapped[int] = mapped_column(default=510)  # wall-clock minutes of the day
    morning_to: Mapped[int] = mapped_column(default=780)
    afternoon_from: Mapped[int] = mapped_column(default=780)
    afternoon_to: Mapped[int] = mapped_column(default=1110)
    house_rules: Mapped[str] = mapped_column(sa.Text, default="")  # Markdown
    vat_regimes: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)  # [{"depuis": date, "regime": code}], dated
    monthly_costs: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # [{"nom", "cents", "variable"?}]
    public_money: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)  # aids of each month: [{"nom", "cents"}]
    tab_cap_cents: Mapped[int] = mapped_column(default=15_000)  # ardoise: 0 closes the tab, only passes and plans pay
    articles_cap_cents: Mapped[int] = mapped_column(default=3_000)  # of the tab, what coffees and other articles may take
    trust_units: Mapped[int] = mapped_column(default=0)  # how far below zero half-days may go (trust mode); 0: not at all
    kwh_price: Mapped[int | None]  # what the lieu pays a kWh, before taxes, in hundredths of a cent
    settings_stamp: Mapped[int] = mapped_column(default=1)  # bumped with each change of hours, things, rules or prices; key of caches
    calendar_stamp: Mapped[int] = mapped_column(default=1)  # bumped with each change of the calendar; key of caches and ETags
    extras: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # keys of the kit that no room reads yet, kept for its dump

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def address(self) -> str:
        """« Ancienne école, 61500 Boitron »."""
        return ", ".join(filter(None, (self.street, f"{self.postal_code} {self.town}".strip())))


class OpeningHours(Model):
    """Horaires: one span of a weekday (0 is Monday), in wall-clock minutes; a day without a row is closed."""

    __tablename__ = "place_opening_hours"
    __table_args__ = (
        sa.CheckConstraint("weekday BETWEEN 0 AND 6 AND 0 <= opens AND opens < closes AND closes <= 1440", name="span"),
        sa.UniqueConstraint("place_id", "weekday", "opens"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class OpeningException(Model):
    """Horaire exceptionnel: this day's spans instead of the weekday's; an empty list closes it."""

    __tablename__ = "place_opening_exception"
    __table_args__ = (sa.UniqueConstraint("place_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    day: Mapped[date]
    spans: Mapped[list[list[int]]] = mapped_column(sa.JSON)  # [[opens, closes], …] in wall-clock minutes
    label: Mapped[str] = mapped_column(sa.String(120), default="")


class Closure(Model):
    """Fermeture: whole days, both included, when nobody comes, badge or not."""

    __tablename__ = "place_closure"
    __table_args__ = (sa.CheckConstraint("first_day <= last_day", name="forward"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    label: Mapped[str] = mapped_column(sa.String(120), default="")
    cancelled: Mapped[bool] = mapped_column(default=False)

    place: Mapped[Place] = relationship()
