"""The application: settings, extensions, then wiring."""

from flask import Flask
from flask_migrate import Migrate

from app import wiring
from app.core import clock
from app.core.db import db


def create_app(config: object) -> Flask:
    """A Worklab with these settings (see `config.py`)."""
    app = Flask(__name__, static_folder=None)
    app.config.from_object(config)
    clock.stop_at(app.config.get("WORKLAB_NOW"))
    db.init_app(app)
    Migrate(app, db, directory="migrations", render_as_batch=True)
    assert wiring.MODELS
    return app
