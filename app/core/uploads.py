"""Files that people send: photos drawn anew, PDFs cleaned of what acts. Nothing is kept as it came, nor under the name it had.

They live in the database, so that one backup holds the whole lieu.
"""

import secrets
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

import sqlalchemy as sa
from flask import Response
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, UtcDateTime, db, transaction
from app.core.refusals import N_, Reason, Refused

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000  # a phone's photo; beyond, a picture made to fill the memory
LONGEST_SIDE = 1600
JPEG, PDF = "image/jpeg", "application/pdf"
_PHOTOS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"RIFF": "WEBP"}  # what a file begins with, whatever its name says
_ACTIVE = ("/OpenAction", "/AA", "/AcroForm", "/Names", "/URI", "/Collection")  # of a PDF: scripts, forms, files inside


class Upload(Model):
    """Fichier déposé: a photo or a PDF, under a random name."""

    __tablename__ = "upload"
    __table_args__ = (sa.CheckConstraint("media_type IN ('image/jpeg', 'application/pdf')", name="media_type"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(sa.ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(sa.String(40), unique=True)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]
    is_public: Mapped[bool] = mapped_column(default=False)  # else: whoever is signed in
    owner_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)


class NotAPhoto(Reason):
    code = "bad_file"
    sentence = N_("Ce fichier n’est pas une photo que nous savons lire.")
    next_step = N_("Envoyez une photo JPEG, PNG ou WebP.")
    hard = True


class NotAPdf(Reason):
    code = "bad_file"
    sentence = N_("Ce fichier n’est pas un PDF que nous savons lire.")
    next_step = N_("Envoyez un PDF sans mot de passe.")
    hard = True


class TooHeavy(Reason):
    code = "too_heavy"
    sentence = N_("Ce fichier est trop gros : 8 Mo au plus, et 50 millions de points pour une photo.")
    next_step = N_("Réduisez-le, ou prenez une photo moins grande.")
    hard = True


def keep_photo(sent: BinaryIO, *, place_id: int, owner_id: int | None, now: datetime, is_public: bool = False) -> Upload:
    """Draw a photo anew: upright, at most 1600 points wide, without where and when it was taken."""
    return _keep(drawn_anew(_read(sent)), JPEG, place_id=place_id, owner_id=owner_id, now=now, is_public=is_public)


def keep_pdf(sent: BinaryIO, *, place_id: int, owner_id: int | None, now: datetime, is_public: bool = False) -> Upload:
    """Write a PDF anew, without scripts, forms, or files inside it."""
    return _keep(cleaned_pdf(_read(sent)), PDF, place_id=place_id, owner_id=owner_id, now=now, is_public=is_public)


def keep_smaller(large: Upload, *, side: int, now: datetime) -> Upload:
    """The same photo again, for lists: at most so many points wide."""
    body = drawn_anew(large.body, longest=side)
    return _keep(body, JPEG, place_id=large.place_id, owner_id=large.owner_id, now=now, is_public=large.is_public)


def drawn_anew(content: bytes, *, longest: int = LONGEST_SIDE) -> bytes:
    """The same picture as a JPEG that holds nothing else."""
    kind = next((kind for begins, kind in _PHOTOS.items() if content.startswith(begins)), None)
    if kind is None or (kind == "WEBP" and content[8:12] != b"WEBP"):
        raise Refused(NotAPhoto())
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(TooHeavy())
            picture.draft("RGB", (longest, longest))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((longest, longest))
            flat = Image.new("RGB", upright.size, "white")
            flat.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
            made = BytesIO()
            flat.save(made, "JPEG", quality=82, optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(NotAPhoto()) from error
    return made.getvalue()


def cleaned_pdf(content: bytes) -> bytes:
    """The same pages, and nothing that acts."""
    if not content.startswith(b"%PDF-"):
        raise Refused(NotAPdf())
    import pikepdf

    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            for name in _ACTIVE:
                if name in pdf.Root:
                    del pdf.Root[name]
            for page in pdf.pages:
                for name in ("/AA", "/Annots"):
                    if name in page:
                        del page[name]
            made = BytesIO()
            pdf.save(made)
    except (pikepdf.PdfError, ValueError, RecursionError) as error:
        raise Refused(NotAPdf()) from error
    return made.getvalue()


def found(name: str) -> Upload | None:
    return db.session.scalar(sa.select(Upload).where(Upload.name == name))


def answer(upload: Upload, *, filename: str = "") -> Response:
    """As the browser gets it: a photo is shown, a PDF is always downloaded, and neither may run anything."""
    response = Response(upload.body, mimetype=upload.media_type)
    if upload.media_type != JPEG:
        response.headers.set("Content-Disposition", "attachment", filename=f"{filename or upload.name}.pdf")
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if upload.is_public else "private, max-age=86400"
    return response


def _read(sent: BinaryIO) -> bytes:
    content = sent.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(TooHeavy())
    return content


def _keep(body: bytes, media_type: str, *, place_id: int, owner_id: int | None, now: datetime, is_public: bool) -> Upload:
    with transaction():
        row = Upload(
            place_id=place_id,
            name=secrets.token_urlsafe(16),
            media_type=media_type,
            size=len(body),
            is_public=is_public,
            owner_id=owner_id,
            created_at=now,
            body=body,
        )
        db.session.add(row)
        db.session.flush()
        return row
