"""What was saved comes back whole, on the same database or on the other one, or not at all."""

import json
import stat
import threading
import zipfile
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from app.billing.services import invoicing
from app.booking.models import Booking
from app.cli import archive, schema
from app.cli.archive import MANIFEST, BadArchive, File, Manifest, Table
from app.cli.check import look
from app.core import clock, journal, state
from app.core.db import READ_ONLY, db, transaction
from app.core.journal import JournalEntry
from app.members.models import Group, Member
from app.place.models import Place
from app.portal import erasing
from tests.billing.bills import bill, line
from tests.factories import between, book, book_half, give_half_days, make_member, make_place, make_pool, make_thing, price
from tests.ops.houses import House

PAIRS = [
    ("sqlite", "sqlite"),
    *(
        pytest.param(*pair, marks=pytest.mark.postgres)
        for pair in (("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "postgres"))
    ),
]


def live_in(house: House) -> None:
    """A bit of everything: things inside things, money, a pass, text of all alphabets, a journal, a file."""
    with house.inside():
        place = make_place(house_rules="L’Écloserie « numérique »\n\t\\ 🚲")
        camille, sacha = make_member("Camille"), make_member("Sacha", badge=True)
        space = make_thing(place, "atelier", kind="space")
        room = make_thing(place, "R", kind="room", space_id=space.id, plan_box=[1, 2, 3, 4], details={"aire": "12 m²", "rien": None})
        pool = make_pool(place)
        price(place, "desk", "half_day", 700)
        price(place, "resource:R", "minutes", 800)
        give_half_days(place, sacha, 10, until="2030-12-31")
        book_half(pool, "2026-12-08", "morning", camille)
        book_half(pool, "2026-12-08", "morning", sacha)
        book(room, between("2026-12-08", "10:00", "11:00"), camille)
        invoicing.credit(bill(place, camille, line(700, rate=0, category="O")).id, gross_cents=100, reason="Geste", now=clock.now())
        (house.folder / "uploads/photos").mkdir(parents=True)
        (house.folder / "uploads/photos/a1b2.jpg").write_bytes(bytes(range(256)) * 100)


def rows(house: House) -> dict[str, list[tuple]]:
    """All that the tables hold, read by the models."""
    with house.inside():
        found = {}
        for table in db.metadata.sorted_tables:
            if table.name != "house_state":
                select = sa.select(*(column for column in table.c if not column.name.endswith("_stamp"))).order_by(*table.primary_key)
                found[table.name] = [tuple(row) for row in db.session.execute(select)]
        return found


def manifest_of(path: Path) -> dict:
    with zipfile.ZipFile(path) as packed:
        return json.loads(packed.read(MANIFEST))


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_a_backup_restored_elsewhere_is_the_same_lieu_and_its_life_goes_on(new_house, tmp_path, before, after):
    """Nothing is missing, numbers go on where they were, guards guard, caches know."""
    old, new, file = new_house(before), new_house(after), tmp_path / "lieu.zip"
    live_in(old)

    saved = old.run("backup", file)
    restored = new.run("restore", file)

    assert (saved.exit_code, restored.exit_code) == (0, 0), saved.output + restored.output
    assert rows(new) == rows(old)
    assert (new.folder / "uploads/photos/a1b2.jpg").read_bytes() == bytes(range(256)) * 100
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with new.inside():
        last = db.session.scalar(sa.select(sa.func.max(Booking.id)))
        room = make_thing(db.session.scalars(sa.select(Place)).one(), "S", kind="room")
        booking = book(room, between("2026-12-08", "10:00", "11:00"), make_member("Noé"))

        assert last is not None
        assert booking.id == last + 1
        assert db.session.scalars(sa.select(Place.calendar_stamp)).one() > 1_000_000
        assert list(look()) == []


def test_the_same_lieu_gives_the_same_lines_on_both_databases(new_house, tmp_path):
    old, new = new_house("sqlite"), new_house("sqlite")
    live_in(old)
    old.run("backup", tmp_path / "first.zip")
    new.run("restore", tmp_path / "first.zip")
    new.run("backup", tmp_path / "second.zip")

    first, second = manifest_of(tmp_path / "first.zip"), manifest_of(tmp_path / "second.zip")

    changed = {name for name in first["tables"] if first["tables"][name] != second["tables"][name]}
    assert changed == {"place"}  # its stamps
    assert first["files"] == second["files"]


def test_a_house_that_is_lived_in_is_not_replaced_without_being_told(new_house, tmp_path):
    old, new, file = new_house("sqlite"), new_house("sqlite"), tmp_path / "lieu.zip"
    live_in(old)
    old.run("backup", file)
    with new.inside():
        make_member("Quelqu'un")
    before = rows(new)

    refused = new.run("restore", file)

    assert refused.exit_code == 1
    assert refused.stderr == "La base n’est pas vide (table member)\u00a0: avec --replace, ce qu’elle contient sera remplacé.\n"
    assert rows(new) == before
    assert new.run("restore", "--replace", file).exit_code == 0
    assert rows(new) == rows(old)


@pytest.mark.postgres
def test_a_postgresql_database_is_replaced_too(new_house, tmp_path):
    house, file = new_house("postgres"), tmp_path / "lieu.zip"
    live_in(house)
    house.run("backup", file)
    before = rows(house)
    with house.inside():
        make_member("Une personne de trop")
        state.stop_writing("pour voir", at=clock.now())

    replaced = house.run("restore", "--replace", file)

    assert replaced.exit_code == 0, replaced.output
    assert rows(house) == before
    with house.inside():
        assert state.recall(READ_ONLY) is None


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_of_an_older_version_is_brought_up_to_date(new_house, tmp_path, engine):
    old, new, file = new_house(engine), new_house(engine), tmp_path / "lieu.zip"
    with old.inside():
        command.downgrade(schema.alembic(), "0002")
        db.session.execute(sa.text("INSERT INTO member_group (code, name, created_at) VALUES ('famille', 'Famille', '2026-12-01')"))
        db.session.commit()
    old.run("backup", file)

    restored = new.run("restore", file)

    assert restored.exit_code == 0, restored.output
    assert manifest_of(file)["revision"] == "0002"
    with new.inside():
        assert schema.is_at_head()
        assert db.session.scalars(sa.select(Group.name)).all() == ["Famille"]


def test_a_backup_of_a_newer_version_is_refused(new_house, tmp_path, monkeypatch):
    house, file = new_house("sqlite"), tmp_path / "lieu.zip"
    house.run("backup", file)
    monkeypatch.setattr(schema, "head", lambda: "0001")

    refused = house.run("restore", file)

    assert refused.exit_code == 1
    assert "version plus récente" in refused.stderr


def spoil_nothing_but_a_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 0xFF
    file.write_bytes(data)


def spoil_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def spoil_row(file: Path) -> None:
    """A well-made zip in which one line was changed."""
    with zipfile.ZipFile(file) as packed:
        held = {name: packed.read(name) for name in packed.namelist()}
    held["tables/member.jsonl"] = held["tables/member.jsonl"].replace(b"Camille", b"Capucine")
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in held.items():
            packed.writestr(name, data)


def spoil_with_a_stranger(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("uploads/../../evil", "boo")


def spoil_all(file: Path) -> None:
    file.write_text("bonjour")


@pytest.mark.parametrize("spoil", [spoil_nothing_but_a_byte, spoil_end, spoil_row, spoil_with_a_stranger, spoil_all])
def test_a_spoilt_backup_changes_nothing(new_house, tmp_path, spoil):
    house, file = new_house("sqlite"), tmp_path / "lieu.zip"
    live_in(house)
    house.run("backup", file)
    with house.inside():
        make_member("Après la sauvegarde")
    before = rows(house)
    spoil(file)

    refused = house.run("restore", "--replace", file)

    assert refused.exit_code == 1, refused.output
    assert refused.stderr.endswith("Rien n’a été changé.\n")
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
    assert rows(house) == before
    assert [path.name for path in house.folder.iterdir()] == ["uploads"]


def bomb(path: Path, *, manifest: bytes = b"", table: bytes = b"", upload: bytes = b"") -> zipfile.ZipFile:
    """A zip of some kilobytes, told as a backup of one row and one file of ten bytes."""
    told = Manifest(revision="0001", made_at="2026-12-01", made_on="sqlite")
    told.tables["member"], told.files["photo.jpg"] = Table(["id"], 1, ""), File(10, "")
    with archive.new(path) as packed:
        packed.writestr("tables/member.jsonl", table)
        packed.writestr("uploads/photo.jpg", upload)
        packed.writestr(MANIFEST, manifest or json.dumps(asdict(told)))
    assert path.stat().st_size < 200_000
    return zipfile.ZipFile(path)


def test_what_a_zip_holds_is_counted_while_it_is_read(tmp_path, monkeypatch):
    """Neither the memory nor the disk is filled by what says of itself that it is small."""
    monkeypatch.setattr(archive, "MOST_TOLD", 100_000)
    monkeypatch.setattr(archive, "LONGEST_LINE", 100_000)
    huge, path = b"0" * 50_000_000, tmp_path / "bomb.zip"

    bomb(path, manifest=huge).close()
    with pytest.raises(BadArchive, match="n’est pas une sauvegarde"), archive.opened(path):
        pass

    for table in (huge, b"[1]\n" * 10_000_000):
        with bomb(path, table=table), archive.opened(path) as (packed, manifest):
            read: list[bytes] = []
            with pytest.raises(BadArchive, match="la table member"):
                read.extend(archive.lines(packed, "member", manifest.tables["member"]))
            assert sum(map(len, read)) <= 200_000

    with monkeypatch.context() as smaller:
        smaller.setattr(archive, "MOST", 1_000_000)
        bomb(path, upload=huge).close()
        with pytest.raises(BadArchive, match="n’est pas une sauvegarde"), archive.opened(path):
            pass

    with bomb(path, upload=huge), archive.opened(path) as (packed, manifest):
        with pytest.raises(BadArchive, match=r"le fichier photo\.jpg"):
            archive.unpack_files(packed, manifest, tmp_path)
        assert (tmp_path / "photo.jpg").stat().st_size <= archive.CHUNK


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_backup_is_one_instant_of_a_lieu_where_people_write(new_house, tmp_path, engine):
    """Pairs of lines are written all the while: a backup holds both or neither."""
    house, stop = new_house(engine), threading.Event()
    live_in(house)

    def write() -> None:
        number = 0
        with House(house.url, house.folder, now=clock.now()).inside():
            while not stop.is_set():
                number += 1
                with transaction():
                    journal.record("pair.first", number)
                    journal.record("pair.second", number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        results = [house.run("backup", tmp_path / f"{turn}.zip").exit_code for turn in range(3)]
    finally:
        stop.set()
        writer.join()

    copy = new_house("sqlite")
    assert results == [0, 0, 0]
    assert copy.run("restore", tmp_path / "2.zip").exit_code == 0
    with copy.inside():
        pairs = db.session.execute(
            sa.select(JournalEntry.subject_id, sa.func.count()).where(JournalEntry.event.like("pair.%")).group_by(JournalEntry.subject_id)
        ).all()
        assert pairs
        assert all(count == 2 for _, count in pairs)


def test_a_file_that_is_no_backup_is_not_overwritten(new_house, tmp_path):
    house, precious = new_house("sqlite"), tmp_path / "these.odt"
    precious.write_text("trois ans de travail")

    refused = house.run("backup", precious)

    assert refused.exit_code == 1
    assert "n’est pas une sauvegarde" in refused.stderr
    assert precious.read_text() == "trois ans de travail"


def test_a_backup_that_cannot_be_written_leaves_nothing(new_house, tmp_path):
    house = new_house("sqlite")

    refused = house.run("backup", tmp_path / "no/such/folder/lieu.zip")

    assert refused.exit_code == 1
    assert "ne peut pas être écrite" in refused.stderr
    assert house.run("backup", house.folder / "backups/avant.zip").exit_code == 0  # the house's own, before its first night


@pytest.mark.postgres
def test_who_was_erased_after_a_backup_is_erased_again_when_it_comes_back(new_house, tmp_path):
    """Here by the list beside the database, elsewhere by that list brought along; and never another lieu's person of the same number."""
    house, elsewhere, file = new_house("sqlite"), new_house("postgres"), tmp_path / "lieu.zip"
    live_in(house)
    house.run("backup", file)
    with house.inside():
        address, number = db.session.execute(sa.select(Member.email, Member.id).where(Member.name == "Camille")).one()
    assert house.run("members", "erase", address, "--yes", "--whatever-is-left").exit_code == 0

    restored = house.run("restore", "--replace", file)
    moved = elsewhere.run("restore", "--erasures", house.folder / "erasures.txt", file)

    assert "1 compte, effacé depuis cette sauvegarde, l’est de nouveau." in restored.output
    assert (restored.exit_code, moved.exit_code) == (0, 0), moved.output
    for one in (house, elsewhere):
        with one.inside():
            assert db.session.get_one(Member, number).name == "—" and list(look()) == []
        with one.inside(), transaction():  # the same number, of an account opened at another time, is somebody else
            someone = db.session.get_one(Member, number)
            someone.status, someone.created_at = "active", clock.now() + timedelta(days=1)
        with one.inside():
            assert erasing.again(now=clock.now()) == (0, [])
