"""People: oneself, and the members for those who look after them."""

import marshmallow as ma
from marshmallow import validate

from app.api.forms.fields import Choice, Choices, Email, Flag, JsonInt, Line, Shape
from app.api.forms.shared import Listed, Page
from app.core.refusals import N_
from app.members.rules import ROLES

STATUSES = ("unconfirmed", "active", "suspended", "inactive", "erased")
SETTABLE = ("active", "suspended", "inactive")
LOCALES = ("fr", "en")


class Balances(Shape):
    half_days = ma.fields.Integer(required=True)
    minutes = ma.fields.Integer(required=True)
    cents = ma.fields.Integer(required=True)


class Me(Shape):
    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    roles = ma.fields.List(ma.fields.String(validate=validate.OneOf(ROLES)), required=True)
    balances = ma.fields.Nested(Balances, required=True)
    unlimited = ma.fields.List(ma.fields.String(), required=True, metadata={"description": N_("Unités dont le nombre n’est pas compté.")})
    due_cents = ma.fields.Integer(required=True, metadata={"description": N_("Ardoise, à payer avec la prochaine facture.")})


class MemberFilter(Page):
    q = Line(100, load_default="", metadata={"description": N_("Des mots du nom ou de l’adresse.")})
    role = Choice(ROLES, load_default=None)
    status = Choice(STATUSES, load_default=None, metadata={"description": N_("Rien\u00a0: tous, sauf les comptes effacés.")})


class Person(Shape):
    """What staff writes of somebody."""

    phone = Line(30)
    street = Line(200)
    postal_code = Line(10)
    town = Line(120)
    locale = Choice(LOCALES)
    tariff_group = Line(40, least=1, metadata={"description": N_("Code d’un groupe tarifaire.")})
    badge = Flag(metadata={"description": N_("Vient à toute heure, là où le lieu le permet.")})
    organisation_id = JsonInt(least=1, allow_none=True)


class NewMember(Person):
    name = Line(120, least=1, required=True)
    email = Email(required=True)
    roles = Choices(ROLES, load_default=lambda: ["member"])
    invite = Flag(load_default=False, metadata={"description": N_("Envoyer un lien pour entrer.")})


class MemberChange(Person):
    name = Line(120, least=1)
    email = Email()
    roles = Choices(ROLES)
    status = Choice(SETTABLE)
    status_reason = Line(300, metadata={"description": N_("D’une suspension\u00a0: pourquoi.")})


class Member(Shape):
    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    email = ma.fields.String(required=True)
    roles = ma.fields.List(ma.fields.String(validate=validate.OneOf(ROLES)), required=True)
    status = ma.fields.String(required=True, validate=validate.OneOf(STATUSES))
    status_reason = ma.fields.String(required=True)
    badge = ma.fields.Boolean(required=True)
    tariff_group = ma.fields.String(required=True)
    phone = ma.fields.String(required=True)
    street = ma.fields.String(required=True)
    postal_code = ma.fields.String(required=True)
    town = ma.fields.String(required=True)
    locale = ma.fields.String(required=True)
    organisation_id = ma.fields.Integer(required=True, allow_none=True)
    created_at = ma.fields.DateTime(required=True)


class Members(Listed):
    items = ma.fields.List(ma.fields.Nested(Member), required=True)
