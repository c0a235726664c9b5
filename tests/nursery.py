"""What the process that others are forked from loads, before the first of them."""

import gc

gc.disable()

import app.factory  # noqa: E402, F401

gc.freeze()  # their collectors leave alone what they share
gc.enable()
