"""Making a version's prompts ahead, and the packaged sentences: of the dialplan's net, and for a prompt that cannot be had.

Rule: what cannot be made now is made when it is said; nothing here stops a service from answering.
"""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from ivr.engine.flow import Flow
from ivr.engine.prompts import Prompt, Text
from ivr.engine.rehearsal import prompts
from ivr.ports.synthesizer import SynthesisError, Synthesizer

log = structlog.get_logger(__name__)

AHEAD_MS = 10_000

NET = {
    "fr": {
        "trouble": "Nous rencontrons une difficulté. Je vous mets en relation avec un conseiller.",
        "closed": "Nos conseillers ne sont pas disponibles à cette heure.",
        "busy": "Aucun conseiller n'a pu prendre votre appel.",
        "leave_message": "Après le bip, laissez votre nom et votre numéro : nous vous rappellerons. Pour terminer, tapez dièse.",
        "thanks": "C'est noté. Merci de votre appel. Au revoir.",
        "unheard": "Nous rencontrons une difficulté. Pour parler à un conseiller, tapez 0. Pour réécouter, tapez 9.",
    },
    "en": {
        "trouble": "We are having a difficulty. I am connecting you to an adviser.",
        "closed": "Our advisers are not available at this hour.",
        "busy": "No adviser could take your call.",
        "leave_message": "After the tone, leave your name and number: we will call you back. To finish, press hash.",
        "thanks": "It is noted. Thank you for your call. Goodbye.",
        "unheard": "We are having a difficulty. To talk to an adviser, press 0. To listen again, press 9.",
    },
}


def render_flow(flow: Flow, synthesizer: Synthesizer, told: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Make every prompt of a flow that needs no value; how many could not be made. `told` hears of the progress."""
    waiting = list(prompts(flow))
    failed = 0
    for number, prompt in enumerate(waiting):
        try:
            synthesizer.audio(prompt, AHEAD_MS)
        except SynthesisError as error:
            failed += 1
            if failed == 1:
                log.warning("prompt_not_rendered", service=flow.service, why=str(error))
        told(number + 1, len(waiting))
    return failed


def render_net(folder: Path, synthesizer: Synthesizer, languages: Iterable[str] = ("fr", "en")) -> None:
    """Put the net's sentences at `folder`/SENTENCE-LANGUAGE.wav. Raises SynthesisError."""
    folder.mkdir(parents=True, exist_ok=True)
    for language in languages:
        for name, text in NET.get(language, {}).items():
            audio = synthesizer.audio(Prompt((Text(text),), language), AHEAD_MS)
            draft = folder / f".{name}-{language}.part"
            shutil.copyfile(audio.path, draft)
            draft.chmod(0o644)
            draft.rename(folder / f"{name}-{language}.wav")
