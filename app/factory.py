"""The application: settings, extensions, then wiring."""

from flask import Flask

from app import wiring
from app.billing.commands import billing_group
from app.cli import health
from app.cli.backup import backup_command
from app.cli.bench import bench_group
from app.cli.check import check_command
from app.cli.doctor import doctor_command
from app.cli.members import members_group
from app.cli.place import place_group
from app.cli.restore import restore_command
from app.cli.schema import db_command
from app.cli.sentences import in_french, say_bad_use_in_french
from app.cli.serve import serve_command
from app.cli.tick import tick_command
from app.cli.worker import worker_command
from app.core import clock, logs
from app.core.db import db
from app.courses.commands import courses_group
from app.web.house import House
from app.web.routing import Rule

COMMANDS = (
    serve_command,
    worker_command,
    tick_command,
    check_command,
    doctor_command,
    bench_group,
    backup_command,
    restore_command,
    place_group,
    members_group,
    courses_group,
    billing_group,
    db_command,
)


def create_app(config: object) -> Flask:
    """A Worklab with these settings (see `config.py`)."""
    app = House(__name__, static_folder=None)
    app.url_rule_class = Rule
    app.config.from_object(config)
    clock.stop_at(app.config.get("WORKLAB_NOW"))
    logs.install(app)
    db.init_app(app)
    wiring.install(app)
    app.register_blueprint(health.bp)
    say_bad_use_in_french()
    for command in COMMANDS:
        app.cli.add_command(in_french(command))
    return app
