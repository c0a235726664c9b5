"""What a web server loads: `wsgi:app`."""

import gc

gc.disable()  # all that is loaded stays: looking meanwhile for what to throw away took a sixth of the start

from app.factory import create_app  # noqa: E402
from config import Config  # noqa: E402

app = create_app(Config.from_environment())
gc.freeze()
gc.enable()
