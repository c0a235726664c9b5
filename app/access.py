"""Who may open which page, by the name of its route; a whole blueprint is « name.* ». Whatever is not named asks to enter first."""

# What anybody may open. What one may see there, its own view decides.
PUBLIC: frozenset[str] = frozenset(
    (
        "web.*",  # what the law asks, languages, what makes it installable
        "health.*",
        "api_docs.*",
        "house_rules.*",
        "lieux.*",
        "agenda.index",
        "agenda.event",
        "admission.index",  # the cohorts to come, and what they learn
        "admission.programme",
        "admission.programme_pdf",
        "open_courses.index",  # lessons and quizzes to read; what one did is kept by an account, and asks for one
        "open_courses.course",
        "open_courses.whole",
        "open_courses.lesson",
        "open_courses.quiz",
        "fablab.projects",  # what is public of what was made; the rest is 404
        "fablab.projects_json",
        "fablab.project",
        "fablab.project_json",
        "fablab.project_photo",
        "fablab.right_state",  # a number and its code
        "portal.home",
        "members.code",
        "members.enter_by_passkey",
        "members.sign_in",
        "members.sign_out",
        "members.ask_link",
        "members.look_in_your_mail",
        "members.enter_by_link",
        "members.ask_reset",
        "members.reset",
        "members.sign_up",
        "members.welcome",
        "members.confirm",
        "members.consent",
        "members.consented",
        "members.new_address",
        "proofs.verify",  # a number and its code
        "company.tutor",  # the link is the proof
        "listening.report",  # whoever has something to report, known or not
        "signing.by_link",  # the link is the proof, and the room's code
        "post.dev_mails",  # from this machine only, and never of a public house
        "post.dev_mail",
        "post.dev_mail_html",
        "post.dev_attachment",
    )
)

# What is not opened with somebody else's eyes, even to help: papers about health and family, a journal that one may keep to oneself,
# grades and the team's notes (a manager sees only sums), what opens an account, all of one's data.
NOBODY_ELSES = frozenset(
    (
        "courses.journal",
        "courses.journals",
        "courses.interviews",
        "courses.answer_interview",
        "courses.progress",
        "courses.skills",
        "courses.quiz",
        "courses.work",
        "courses.assignment",
        "courses.peer",
        "cohorts.board",
        "cohorts.skills",
        "cohorts.note_interview",
        "cohorts.review",
        "course_drawer.*",
        "members.tokens",
        "members.sessions",
        "members.passkeys",
        "members.second_factor",
        "members.telephone",
        "personal_data.*",
    )
)

# What asks for another proof than a session: a bearer token, an address that is the secret.
PROVEN_OTHERWISE: frozenset[str] = frozenset(
    (
        "api_people.*",
        "api_things.*",
        "api_bookings.*",
        "api_courses.*",
        "api_invoices.*",
        "api_webhooks.*",
        "feeds.*",
        "hall.*",
        "post.unsubscribe",
        "stripe.*",
        "relay.*",  # a badge reader signs what it asks
    )
)
