"""People are found without their accents, and an address changes only once its owner has answered from it."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"

MEMBERS = sa.table("member", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("search_text"))


def upgrade() -> None:
    with op.batch_alter_table("member") as batch:
        batch.add_column(sa.Column("search_text", sa.String(length=400), nullable=False, server_default=""))
        batch.add_column(sa.Column("new_email", sa.String(length=254), nullable=False, server_default=""))
    connection = op.get_bind()
    for id, name, email in connection.execute(sa.select(MEMBERS.c.id, MEMBERS.c.name, MEMBERS.c.email)).all():
        connection.execute(sa.update(MEMBERS).where(MEMBERS.c.id == id).values(search_text=searchable(f"{name} {email}")))
    with op.batch_alter_table("member") as batch:
        batch.alter_column("search_text", server_default=None)
        batch.alter_column("new_email", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("member") as batch:
        batch.drop_column("new_email")
        batch.drop_column("search_text")


def searchable(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(plain.replace("œ", "oe").replace("æ", "ae").translate(dict.fromkeys(map(ord, "-'’ʼ‐‑"), " ")).split())
