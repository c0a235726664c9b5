"""Forms of what is produced at distance."""

from flask_babel import lazy_gettext as _l

from app.web.forms import Form, InputRequired, SelectField, StringField, TextAreaField


class MadeForm(Form):
    """What was produced: one of these is enough."""

    ref = SelectField(_l("Ce que vous avez rendu ici ce jour-là"))
    url = StringField(_l("L’adresse de ce que vous avez fait"), max_length=400, description=_l("Un dépôt, un document en ligne."))
    commit = StringField(_l("Le numéro du commit"), max_length=40, description=_l("Si c’est un dépôt."))
    words = TextAreaField(_l("Quelques mots"), max_length=4000, description=_l("Ce que vous avez fait, et où on peut le voir."))


class AcceptForm(Form):
    """Everybody who waits for an answer, in one gesture; or one person, when it is said."""

    enrolment = StringField(_l("Inscription"), max_length=20)


class SendBackForm(Form):
    word = StringField(_l("Ce qui manque"), [InputRequired(_l("Écrivez ce qui manque."))], max_length=500)
