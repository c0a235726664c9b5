"""The one file that knows every room: who answers for what. Nothing registers itself by being imported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import sqlalchemy as sa
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from app import access
from app.api import models as api_models
from app.api import services as webhooks
from app.api import views as api
from app.api.rules import EVENTS
from app.billing import checks as billing_checks
from app.billing import mails as billing_mails
from app.billing import models as billing_models
from app.billing import queries as billing_queries
from app.billing import views as billing_views
from app.billing.services import bills as billing_bills
from app.billing.services import checkout as billing_checkout
from app.billing.services import closing as billing_closing
from app.billing.services import erasing as billing_erasing
from app.billing.services import reminding
from app.billing.views import money, paying
from app.billing.views import webhook as stripe_webhook
from app.booking import checks as booking_checks
from app.booking import mails as booking_mails
from app.booking import models as booking_models
from app.booking import policy as booking_policy
from app.booking import queries as booking_queries
from app.booking import services as booking
from app.booking.models import Kind
from app.booking.policy import Policy
from app.booking.services import erasing as booking_erasing
from app.core import delivery, idempotency, journal, mail, state, uploads
from app.courses import checks as courses_checks
from app.courses import mails as courses_mails
from app.courses import models as courses_models
from app.courses import queries as courses_queries
from app.courses import views as courses_views
from app.courses.policy import SessionPolicy
from app.courses.services import absences, evidence, retention
from app.courses.services import bundles as course_bundles
from app.courses.services import company as course_company
from app.courses.services import elections as course_elections
from app.courses.services import erasing as courses_erasing
from app.courses.services import listening as course_listening
from app.courses.views import bundles as bundle_views
from app.courses.views import company as company_views
from app.courses.views import distance as distance_views
from app.courses.views import drawer as course_drawer
from app.courses.views import elections as election_views
from app.courses.views import half_day, signing
from app.courses.views import listening as listening_views
from app.courses.views import papers as course_papers
from app.courses.views import presence as presence_views
from app.courses.views import retention as retention_views
from app.courses.views import year as bpf_views
from app.coworking import checks as coworking_checks
from app.coworking import mails as coworking_mails
from app.coworking import models as coworking_models
from app.coworking import queries as coworking_queries
from app.coworking import services as coworking
from app.coworking import views as coworking_views
from app.coworking.policy import DeskPolicy, EventPolicy, RoomPolicy, SpacePolicy
from app.coworking.services import erasing as coworking_erasing
from app.fablab import checks as fablab_checks
from app.fablab import mails as fablab_mails
from app.fablab import models as fablab_models
from app.fablab import queries as fablab_queries
from app.fablab import services as fablab_services
from app.fablab import views as fablab_views
from app.fablab.policy import MachinePolicy, TrainingPolicy
from app.fablab.services import erasing as fablab_erasing
from app.feeds import links as feed_links
from app.feeds import mount as dav
from app.feeds import views as feeds
from app.members import mails as members_mails
from app.members import models as members_models
from app.members import queries as members_queries
from app.members import services as members_services
from app.members import views as members_views
from app.members.rules import Eraser
from app.place import models as place_models
from app.place import services as place_services
from app.place import views as place_views
from app.portal import absent, chronicle, digest, erasing, frame, personal_data, post
from app.portal import mails as portal_mails
from app.portal import views as portal_views
from app.portal.managing import views as managing
from app.web import proofs, shell

# Every table of the house, so that migrations see them all.
MODELS = (
    *(journal, idempotency, mail, state, uploads, place_models, members_models, billing_models, booking_models),
    coworking_models,
    *(fablab_models, courses_models, api_models),
)

# Who answers for each kind of wish.
POLICIES: Mapping[Kind, Policy] = {
    Kind.DESK: DeskPolicy(),
    Kind.OFFICE: DeskPolicy(),
    Kind.ROOM: RoomPolicy(),
    Kind.BOOTH: RoomPolicy(),
    Kind.SPACE: SpacePolicy(),
    Kind.MACHINE: MachinePolicy(),
    Kind.TRAINING: TrainingPolicy(),
    Kind.SESSION: SessionPolicy(),
    Kind.EVENT: EventPolicy(),
}

# What is due, each minute, in this order; each takes `now`, opens its own transactions, and says how many things it did.
TICKS: tuple[Callable[..., int], ...] = (
    booking.lapse_holds,
    booking.settle_arrivals,
    coworking.lapse_seats,
    booking.remind,
    coworking.forget_visitors,
    coworking.refresh_calendars,
    booking.forget_keys,
    booking.forget_guests,
    members_services.forget_old,
    absent.say_goodbye,
    erasing.keep_list,
    fablab_services.settle_trainings,
    fablab_services.release_lonely,
    fablab_services.settle_uses,
    fablab_services.warn_of_the_end,
    fablab_services.keep_dangerous_stopped,
    fablab_services.open_due_tasks,
    fablab_services.warn_of_expiry,
    fablab_services.remind_of_tools,
    fablab_services.warn_of_boxes,
    fablab_services.forget_nonces,
    digest.send,
    absences.evening,
    course_company.ask_for_weeks,
    course_elections.remind_of_elections,
    course_listening.ask_surveys,
    evidence.anchor,
    courses_erasing.forget_names,
    retention.propose,
    course_bundles.forget_old,
    reminding.remind_due,
    webhooks.forget_told,
    billing_closing.anchor,
    billing_closing.close,
    mail.forget_old,
)

# Who writes the words of a mail, by its kind; a mail that tells an event has the event's name.
MAILS: Mapping[str, mail.Builder] = {
    **members_mails.MAILS,
    **booking_mails.MAILS,
    **billing_mails.MAILS,
    **coworking_mails.MAILS,
    **fablab_mails.MAILS,
    **courses_mails.MAILS,
    digest.KIND: digest.digest,
}

# What the manager's page calls each of them.
MAIL_NAMES: Mapping[str, str] = {
    **members_mails.NAMES,
    **booking_mails.NAMES,
    **billing_mails.NAMES,
    **coworking_mails.NAMES,
    **fablab_mails.NAMES,
    **courses_mails.NAMES,
    digest.KIND: digest.NAME,
}

# Who reads an event of the journal, to write what follows from it: a mail to send, a webhook to call.
READERS: Mapping[str, Sequence[journal.Reader]] = journal.together(
    courses_mails.READERS,
    members_mails.READERS,
    booking_mails.READERS,
    billing_mails.READERS,
    coworking_mails.READERS,
    fablab_mails.READERS,
    dict.fromkeys(EVENTS, (webhooks.tell_webhooks,)),
)

# What the worker does besides, until each says that nothing is left: read the journal, send the mails. Each takes `now`.
WORK: tuple[Callable[..., int], ...] = (
    partial(journal.deliver, READERS),
    delivery.send_due,
    webhooks.tell_due,
    billing_checkout.close_calls,
    billing_bills.go_on_with_runs,
    course_bundles.go_on_with_bundles,
)

# Since when the oldest thing has waited to be told or sent: a select of one instant each.
WAITING = (sa.select(sa.func.min(journal.JournalEntry.at)).where(journal.JournalEntry.read_at.is_(None)), mail.OLDEST_WAITING)

# What must be true, whoever wrote: each takes the session and gives a French sentence for each fault (`flask check`).
CHECKS: tuple[Callable[[Session], Iterator[str]], ...] = (
    booking_checks.overlaps,
    booking_checks.places,
    booking_checks.journal,
    booking_checks.prices,
    fablab_checks.trainings,
    fablab_checks.uses,
    fablab_checks.stock,
    fablab_checks.lending,
    coworking_checks.seats,
    billing_checks.ledger,
    billing_checks.balances,
    billing_checks.reversals,
    billing_checks.bills,
    billing_checks.charged,
    billing_checks.money,
    courses_checks.chains,
    courses_checks.states,
    courses_checks.productions,
    courses_checks.certificates,
    courses_checks.elections,
)

# The same of the database's own refusals (triggers, constraints): without one of them nobody may write.
GUARDS: tuple[Callable[[Session], Iterator[str]], ...] = (booking_checks.guard, billing_checks.guard, courses_checks.guard)

# What follows the restoration of a backup; each takes `now`.
AFTER_RESTORE: tuple[Callable[..., object], ...] = (place_services.renew_stamps,)

# Who is told that something is paid before any bill asks for it, by the first word of its name (« booking:12 »).
PAID_BEFORE: Mapping[str, billing_checkout.Settler] = {"booking": booking.settle_payment}

# What each room keeps of a person: for their own page, and for what they take away.
PERSONAL_DATA: tuple[personal_data.Source, ...] = (
    members_queries.personal_data,
    booking_queries.personal_data,
    coworking_queries.personal_data,
    billing_queries.personal_data,
    fablab_queries.personal_data,
    courses_queries.personal_data,
    chronicle.personal_data,
)

# What each room does when somebody is erased, in this order: what needs the name before what takes it away.
ERASERS: tuple[Eraser, ...] = (
    booking_erasing.ERASER,
    coworking_erasing.ERASER,
    fablab_erasing.ERASER,
    courses_erasing.ERASER,
    billing_erasing.ERASER,
    members_services.ERASER,
)

# What a number and a code prove to anybody: each answers for its own numbers.
PROOFS: tuple[proofs.Prover, ...] = (course_papers.proof, fablab_views.proof)

# The pages of each room.
BLUEPRINTS: tuple[Blueprint, ...] = (
    portal_views.bp,
    portal_views.hall_bp,
    *coworking_views.BLUEPRINTS,
    coworking_mails.bp,
    fablab_views.bp,
    fablab_views.relay.bp,
    signing.bp,
    half_day.bp,
    presence_views.bp,
    distance_views.bp,
    courses_views.bp,
    courses_views.manage_bp,
    courses_views.open_courses.bp,
    courses_views.admission.bp,
    course_papers.bp,
    bundle_views.bp,
    company_views.bp,
    election_views.bp,
    listening_views.bp,
    course_drawer.bp,
    bpf_views.bp,
    retention_views.bp,
    proofs.bp,
    members_views.bp,
    booking_mails.bp,
    feeds.bp,
    feed_links.bp,
    post.bp,
    personal_data.bp,
    chronicle.bp,
    place_views.bp,
    billing_views.account.bp,
    billing_views.invoices_bp,
    billing_views.bills_bp,
    place_views.public_bp,
    place_views.lieux_bp,
    managing.catalogue_bp,
    managing.registers_bp,
    managing.closures_bp,
    managing.cohort_rights_bp,
    managing.things_bp,
    managing.trust_bp,
    paying.bp,
    money.bp,
    stripe_webhook.bp,
)


def install(app: Flask) -> None:
    """Give each room its place in this application."""
    booking_policy.install(app, POLICIES)
    billing_checkout.install(app, PAID_BEFORE)
    shell.install(
        app,
        identity=frame.identity,
        navigation=frame.navigation,
        open_now=frame.open_now,
        language=frame.language,
        is_staff=frame.is_staff,
        notice=members_views.looking,
    )
    members_views.install(
        app,
        open_to_strangers=access.PUBLIC | access.PROVEN_OTHERWISE,
        closed_to_lookers=access.NOBODY_ELSES,
        tariffs=billing_queries.tariff_groups,
    )
    api.install(app)
    mail.install(app, mail.Post(builders=MAILS, names=MAIL_NAMES, addressee=portal_mails.addressee, house=portal_mails.house))
    personal_data.install(app, PERSONAL_DATA)
    erasing.install(app, ERASERS)
    proofs.install(app, PROOFS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    dav.install(app)
