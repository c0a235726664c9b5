"""The one file that knows every room: who answers for what. Nothing registers itself by being imported."""

from app.billing import models as billing_models
from app.booking import models as booking_models
from app.core import idempotency, journal
from app.fablab import models as fablab_models
from app.members import models as members_models
from app.place import models as place_models

# Every table of the house, so that migrations see them all.
MODELS = (journal, idempotency, place_models, members_models, billing_models, booking_models, fablab_models)
