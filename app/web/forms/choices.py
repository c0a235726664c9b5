"""What is ticked or chosen."""

from collections.abc import Sequence
from typing import Any

import wtforms


class BooleanField(wtforms.BooleanField):
    """One box to tick."""


class SelectField(wtforms.SelectField):
    """One of a list."""


class RadioField(wtforms.RadioField):
    """One of a few, all seen at once."""


class CheckboxesField(wtforms.SelectMultipleField):
    """Several of a few, all seen at once."""

    widget = wtforms.widgets.ListWidget(prefix_label=False)
    option_widget = wtforms.widgets.CheckboxInput()

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(label, list(validators), **kwargs)
        self.label.field_id = False  # type: ignore[assignment]
