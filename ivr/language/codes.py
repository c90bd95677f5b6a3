"""Every kind of fault that menu files can have: its code, how grave it is, and what it means.

Rule: an error keeps a service from being published; a warning is a judgement that a file may silence with a reason (`allow`).
"""

import enum
from dataclasses import dataclass


class Severity(enum.Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Code:
    """`doc` explains the fault to a supervisor in one or two sentences."""

    severity: Severity
    doc: str


def _error(doc: str) -> Code:
    return Code(Severity.ERROR, doc)


def _warning(doc: str) -> Code:
    return Code(Severity.WARNING, doc)


_FILES = {
    "not-readable": _error("A file or folder is not there or cannot be read."),
    "file-too-large": _error("A file is larger than a menu file can reasonably be. Split it."),
    "too-many-files": _error("The folder holds more files than one service can have."),
    "not-utf8": _error("The file is not text in UTF-8. Save it again as UTF-8."),
    "yaml-syntax": _error("The file cannot be read as YAML from this place on."),
    "tab": _error("A tab stands where YAML wants spaces."),
    "too-deep": _error("Blocks stand inside blocks too many times. Move a part into a dialog of its own."),
    "anchor": _error("YAML anchors and aliases (& and *) are not part of the menu language."),
    "tag": _error("YAML tags (!) are not part of the menu language."),
    "duplicate-key": _error("The same key stands twice in one block; only one of them could hold."),
    "several-documents": _error("One file holds one dialog; '---' does not begin a second one."),
    "empty-file": _error("The file says nothing."),
    "no-service": _error("The folder has no service.yaml."),
}

_STRUCTURE = {
    "unknown-file": _error("The file is none of: service, dialog, handlers, conversation."),
    "unknown-key": _error("The key is not part of the language at this place."),
    "missing-key": _error("A key that must be there is not."),
    "wrong-shape": _error("A list, a block or a text stands where another of these belongs."),
    "bad-value": _error("The value is not one of those that may stand here."),
    "bad-duration": _error("A duration is a whole number with ms, s or min: 300ms, 5s, 2min."),
    "bad-date": _error("A date is written 2027-01-31, a moment 2027-01-31T08:00 (local time of the service)."),
    "bad-hours": _error("Opening hours are written 'monday to friday: \"08:30-12:00, 13:30-16:30\"'."),
    "bad-name": _error("A name begins with a letter and goes on with letters, digits and underscores."),
    "unknown-step": _error("The step's first word is not one of the steps of the language."),
    "two-steps": _error("One item of a list holds two steps. Give each its own dash."),
    "does-not-fit": _error("Keys of one block contradict each other."),
    "empty-wording": _error("A prompt has no words."),
}

_NAMES = {
    "duplicate-dialog": _error("Two files define a dialog of the same name."),
    "unknown-dialog": _error("The dialog is not defined in this service."),
    "unknown-handler": _error("The handler is not declared in handlers.yaml."),
    "unknown-argument": _error("The handler or dialog takes no argument of this name."),
    "missing-argument": _error("The handler cannot run without this argument."),
    "unknown-refusal": _error("The handler never refuses for this reason."),
    "unknown-hours": _error("The opening hours are not defined in service.yaml."),
    "unknown-queue": _error("The queue, extension or number is not defined in service.yaml."),
    "unknown-type": _error("The type of value does not exist."),
    "bad-param": _error("A parameter of a type of value does not exist, or has a value that the type refuses."),
    "unknown-filter": _error("What follows '|' is neither a type of value nor one of: length, first, last."),
    "unknown-name": _error("The name is used, but no step of this dialog sets it and it is no parameter."),
    "unknown-language": _error("The language is not among those of the service."),
    "unknown-universal": _error("The universal action does not exist."),
    "unknown-text": _error("The engine has no sentence of this name."),
    "unknown-code": _error("'allow' names a code that does not exist or cannot be silenced."),
    "missing-recording": _error("The recording is not in the service's folder."),
}

_TEMPLATES = {
    "template-syntax": _error("What stands between {{ and }} cannot be read."),
    "template-not-allowed": _error("Templates hold names, items, comparisons, and, or, not, + and -; nothing else of Jinja."),
    "template-too-long": _error("A text or an expression is longer than anybody can listen to."),
}

_CLASHES = {
    "duplicate-choice-key": _error("Two choices of a menu have the same key, so that one can never be chosen."),
    "duplicate-choice-value": _error("Two choices of a menu have the same value, so that they cannot be told apart."),
    "key-collision": _error("A choice has the key of something that works everywhere; callers would lose it."),
    "silent-menu": _error("A menu says nothing, so that nobody knows what to choose."),
    "no-way-to-choose": _error("A choice has neither a key nor phrases nor an intent."),
}

_JUDGEMENTS = {
    "missing-language": _warning("A text is missing in one of the service's languages; callers hear another one."),
    "too-many-choices": _warning("More than five choices: nobody remembers the first when hearing the sixth."),
    "key-before-option": _warning("The key is said before what it is for: say 'pour X, tapez 1', not 'tapez 1 pour X'."),
    "no-agent": _warning("From here a caller cannot reach an agent."),
    "unreachable": _warning("Nothing leads to this part, so nobody will ever hear it."),
    "endless": _warning("These steps go round without ever waiting for the caller; the call would be cut and handed over."),
    "long-before-choice": _warning("The caller listens for more than fifteen seconds before hearing a first choice."),
    "personal-before-identified": _warning("Personal data is said in a dialog that does not require identification."),
    "irreversible-unconfirmed": _warning("Something that cannot be undone is done without asking the caller to confirm."),
    "unknown-result-unsaid": _warning("A write whose end is not known has no 'on_unknown': say what the caller should expect."),
    "review-passed": _warning("The content was to be reviewed by a date that has passed."),
    "phrase-collision": _warning("The same phrase means two things at one place; callers are asked back."),
    "personal-key": _warning("A secret is asked without 'secret: yes', so that its digits reach the journal."),
    "useless-allow": _warning("'allow' silences something that is not wrong here; take it out."),
}

_CONVERSATIONS = {
    "heard-otherwise": _error("The caller hears something else than the conversation says."),
    "called-otherwise": _error("A handler is not called as the conversation says."),
    "ended-otherwise": _error("The call ends otherwise than the conversation says."),
    "ended-early": _error("The call is over before the caller has done everything that the conversation says."),
}

CODES: dict[str, Code] = {**_FILES, **_STRUCTURE, **_NAMES, **_TEMPLATES, **_CLASHES, **_JUDGEMENTS, **_CONVERSATIONS}
SILENCEABLE = frozenset(name for name, code in CODES.items() if code.severity is Severity.WARNING)
