"""An upgrade that is killed in the middle leaves the house as it was, and the next one passes."""

import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.cli import schema
from app.core.db import db, transaction
from app.members.models import GroupMember
from tests.factories import make_member
from tests.ops.houses import House, until
from tests.servers import ROOT

ROWS = 20_000

MIGRATION = """
import pathlib, time
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"

def upgrade():
    op.create_table("half_way", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE member_group SET name = 'new'")
    pathlib.Path({marker!r}).touch()
    time.sleep({pause})
    with op.batch_alter_table("member_group") as table:
        table.add_column(sa.Column("colour", sa.String(10), nullable=True))
        table.alter_column("code", existing_type=sa.String(40), type_=sa.String(60))  # SQLite makes the table anew
"""

UPGRADE = """
import pathlib, sys
from app.cli import schema
from app.factory import create_app
from config import TestConfig

schema.SETTINGS = pathlib.Path(sys.argv[1]) / "alembic.ini"
with create_app(TestConfig(SQLALCHEMY_DATABASE_URI=sys.argv[2])).app_context():
    schema.upgrade()
"""


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_killed_in_the_middle_it_is_the_old_house_and_then_the_new_one(new_house, tmp_path, engine):
    house = new_house(engine)
    with house.inside():
        db.session.execute(
            sa.text("INSERT INTO member_group (code, name, created_at) VALUES (:code, 'old', '2026-12-01')"),
            [{"code": f"g{number}"} for number in range(ROWS)],
        )
        db.session.commit()
        camille = make_member("Camille")
        with transaction() as session:
            session.add_all(GroupMember(group_id=group, member_id=camille.id, since=date(2026, 12, 1)) for group in range(1, 11))
    migrations, marker = tmp_path / "migrations", tmp_path / "half-way"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))

    write_migration(migrations, marker, pause=60)
    upgrade = start_upgrade(migrations, house)
    until(marker.exists)
    upgrade.send_signal(signal.SIGKILL)
    upgrade.wait()

    assert seen(house) == {"version": schema.head(), "half_way": False, "colour": False, "names": {"old": ROWS}, "people": 10}

    write_migration(migrations, marker, pause=0)
    assert start_upgrade(migrations, house).wait(timeout=60) == 0

    assert seen(house) == {"version": "9999", "half_way": True, "colour": True, "names": {"new": ROWS}, "people": 10}


def write_migration(migrations: Path, marker: Path, *, pause: int) -> None:
    text = MIGRATION.format(head=schema.head(), marker=str(marker), pause=pause)
    (migrations / "versions/9999_half_way.py").write_text(text)


def start_upgrade(migrations: Path, house: House) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen([sys.executable, "-c", UPGRADE, str(migrations), house.url], cwd=ROOT, env=environment)


def seen(house: House) -> dict[str, object]:
    with house.inside():
        inspector = sa.inspect(db.engine)
        names = db.session.execute(sa.text("SELECT name, count(*) FROM member_group GROUP BY name")).all()
        return {
            "version": db.session.scalar(sa.text("SELECT version_num FROM alembic_version")),
            "half_way": inspector.has_table("half_way"),
            "colour": "colour" in {column["name"] for column in inspector.get_columns("member_group")},
            "names": dict(tuple(row) for row in names),
            "people": db.session.scalar(sa.text("SELECT count(*) FROM member_group_member")),
        }
