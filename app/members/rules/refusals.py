"""What may be refused on the way in and in an account."""

from app.core.refusals import N_, Reason


class BadLogin(Reason):
    code = "bad_login"
    sentence = N_("Cette adresse et ce mot de passe ne vont pas ensemble.")
    next_step = N_("Vérifiez-les, ou recevez un lien par courriel. Si vous venez de vous inscrire, ouvrez d’abord le lien reçu.")


class WrongPassword(Reason):
    code = "wrong_password"
    sentence = N_("Ce n’est pas le mot de passe de ce compte.")


class WrongCode(Reason):
    code = "wrong_code"
    sentence = N_("Ce n’est pas le bon code, ou il vient de changer.")
    next_step = N_("Donnez celui qui s’affiche à l’instant ; si l’heure du téléphone est fausse, ses codes le sont aussi.")


class WrongPasskey(Reason):
    code = "wrong_passkey"
    sentence = N_("Cette clé d’accès n’ouvre rien ici.")
    next_step = N_("Recommencez, ou entrez autrement.")


class PasskeyTaken(Reason):
    code = "passkey_taken"
    sentence = N_("Cet appareil a déjà une clé d’accès pour ce compte.")


class EnterAgain(Reason):
    code = "enter_again"
    sentence = N_("Vous êtes là depuis longtemps : pour changer ce qui ouvre votre compte, il faut y être entré à l’instant.")
    next_step = N_("Sortez, puis entrez de nouveau par un lien reçu par courriel.")


class TooManyAttempts(Reason):
    code = "too_many_attempts"
    sentence = N_("Il y a eu trop d’essais. Attendez %(count)s minute, puis recommencez.")
    plural = N_("Il y a eu trop d’essais. Attendez %(count)s minutes, puis recommencez.")


class LinkSpent(Reason):
    code = "link_spent"
    sentence = N_("Ce lien a déjà servi, ou il a expiré.")
    next_step = N_("Demandez-en un autre : il arrive en quelques instants.")


class AddressTaken(Reason):
    code = "address_taken"
    sentence = N_("Quelqu’un a déjà cette adresse électronique.")
    next_step = N_("Cherchez cette personne dans la liste.")


class GuardianMissing(Reason):
    code = "guardian_missing"
    sentence = N_("Avant dix-huit ans, il faut l’accord d’un parent ou d’un tuteur : donnez son nom et son adresse électronique.")


class AccountClosed(Reason):
    code = "account_closed"
    sentence = N_("Ce compte est fermé : on ne peut plus y entrer.")
    next_step = N_("Rouvrez-le d’abord.")


class NameTaken(Reason):
    code = "name_taken"
    sentence = N_("Ce nom est déjà pris.")
    next_step = N_("Choisissez-en un autre, ou changez celui qui existe.")


class AlreadyInGroup(Reason):
    code = "already_in_group"
    sentence = N_("Cette personne est déjà dans ce groupe à ces dates.")
