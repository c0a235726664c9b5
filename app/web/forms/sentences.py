"""What WTForms says in English, in our own words."""

from flask_babel import lazy_gettext as _l


class Sentences:
    """What WTForms says in English, in our own words: what to do, rather than what is invalid."""

    said = {
        "This field is required.": _l("À remplir."),
        "Invalid input.": _l("Ce n’est pas écrit comme il faut. Relisez l’exemple."),
        "Invalid email address.": _l("Cette adresse n’est pas complète. Exemple\u00a0: camille@exemple.fr"),
        "Field must be equal to %(other_name)s.": _l("Les deux ne sont pas pareils. Écrivez deux fois la même chose."),
        "Field must be at least %(min)d character long.": _l("Écrivez au moins %(min)d caractère."),
        "Field must be at least %(min)d characters long.": _l("Écrivez au moins %(min)d caractères."),
        "Field cannot be longer than %(max)d character.": _l("C’est trop long\u00a0: %(max)d caractère au plus."),
        "Field cannot be longer than %(max)d characters.": _l("C’est trop long\u00a0: %(max)d caractères au plus."),
        "Field must be exactly %(max)d character long.": _l("Écrivez exactement %(max)d caractère."),
        "Field must be exactly %(max)d characters long.": _l("Écrivez exactement %(max)d caractères."),
        "Field must be between %(min)d and %(max)d characters long.": _l("Écrivez de %(min)d à %(max)d caractères."),
        "Number must be at least %(min)s.": _l("Écrivez un nombre d’au moins %(min)s."),
        "Number must be at most %(max)s.": _l("Écrivez un nombre d’au plus %(max)s."),
        "Number must be between %(min)s and %(max)s.": _l("Écrivez un nombre de %(min)s à %(max)s."),
        "Invalid IP address.": _l("Écrivez une adresse IP, comme 192.0.2.1."),
        "Invalid Mac address.": _l("Écrivez une adresse MAC, comme 00:00:5e:00:53:01."),
        "Invalid URL.": _l("Écrivez une adresse complète, qui commence par https://"),
        "Invalid UUID.": _l("Ce lien n’est pas complet. Copiez-le en entier."),
        "Invalid value, must be one of: %(values)s.": _l("Choisissez parmi\u00a0: %(values)s."),
        "Invalid value, can't be any of: %(values)s.": _l("Ceci n’est pas possible\u00a0: %(values)s. Choisissez autre chose."),
        "Invalid Choice: could not coerce.": _l("Choisissez dans la liste."),
        "Choices cannot be None.": _l("Choisissez dans la liste."),
        "Not a valid choice.": _l("Choisissez dans la liste."),
        "Invalid choice(s): one or more data inputs could not be coerced.": _l("Choisissez dans la liste."),
        "'%(value)s' is not a valid choice for this field.": _l("«\u00a0%(value)s\u00a0» n’est plus dans la liste. Choisissez de nouveau."),
        "'%(value)s' are not valid choices for this field.": _l(
            "«\u00a0%(value)s\u00a0» ne sont plus dans la liste. Choisissez de nouveau."
        ),
        "Not a valid datetime value.": _l("Écrivez la date et l’heure comme 2026-12-08 14:30."),
        "Not a valid date value.": _l("Écrivez la date comme 08/12/2026."),
        "Not a valid time value.": _l("Écrivez l’heure comme 14:30."),
        "Not a valid week value.": _l("Écrivez la semaine comme 2026-W50."),
        "Not a valid integer value.": _l("Écrivez un nombre entier, en chiffres."),
        "Not a valid decimal value.": _l("Écrivez un nombre, comme 12,5."),
        "Not a valid float value.": _l("Écrivez un nombre, comme 12,5."),
        "This field cannot be edited.": _l("Ceci ne se change pas ici."),
        "This field is disabled and cannot have a value.": _l("Ceci ne se change pas ici."),
        "Invalid CSRF Token.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF token missing.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF failed.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
        "CSRF token expired.": _l("Votre page avait trop attendu. Vérifiez et envoyez de nouveau."),
    }

    def gettext(self, sentence: str) -> str:
        return str(self.said.get(sentence, sentence))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if abs(count) < 2 else many)


SENTENCES = Sentences()
