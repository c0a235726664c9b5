"""What a web server loads: `wsgi:app`."""

from app.factory import create_app
from config import Config

app = create_app(Config.from_environment())
