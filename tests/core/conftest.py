import pytest

from app.core.db import db
from app.factory import create_app
from config import TestConfig
from tests.core.post import Office, PostOffice, install_post


@pytest.fixture
def office():
    """A mail server that is open."""
    office = PostOffice()
    controller = Office(office)
    controller.start()
    office.url = f"smtp://127.0.0.1:{controller.port}?timeout=2"
    yield office
    controller.stop()


@pytest.fixture
def house(database, office):
    """An application with something to write, on a database of its own, that posts at `office`."""
    app = create_app(TestConfig(SQLALCHEMY_DATABASE_URI=database, MAIL_URL=office.url))
    install_post(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
