"""The voice's processes: they speak, and are replaced when they die or hang."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from speech.espeak import MAX_TEXT, RATE, EspeakVoice
from speech.voices import VoiceError


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    it = EspeakVoice(2)
    yield it
    it.close()


def lasts_s(voice: EspeakVoice, text: str, language: str = "fr", rate: int = 160) -> float:
    samples, each_second = voice.speak(text, language, rate, 10.0)
    assert each_second == RATE
    return len(samples) / each_second


def test_a_sentence_is_said(voice: EspeakVoice) -> None:
    assert 0.5 < lasts_s(voice, "Bonjour, bienvenue.") < 4.0


def test_languages_and_speeds_differ(voice: EspeakVoice) -> None:
    assert lasts_s(voice, "Bonjour madame", rate=120) > 1.15 * lasts_s(voice, "Bonjour madame", rate=180)
    assert lasts_s(voice, "Table six", "fr") != lasts_s(voice, "Table six", "en")


def test_a_process_that_was_killed_is_replaced_and_nobody_notices(voice: EspeakVoice) -> None:
    before = lasts_s(voice, "Encore une fois.")
    for pid in voice.pids:
        os.kill(pid, signal.SIGKILL)
    for _ in range(4):
        assert lasts_s(voice, "Encore une fois.") == pytest.approx(before, rel=0.05)


def test_a_process_that_hangs_costs_its_request_and_not_the_next() -> None:
    voice = EspeakVoice(1)
    lasts_s(voice, "Un.")
    (pid,) = voice.pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(VoiceError, match="in time"):
        voice.speak("Deux.", "fr", 160, 0.3)
    assert lasts_s(voice, "Trois.") > 0.1
    assert pid not in voice.pids
    voice.close()


def test_a_busy_voice_is_told_in_time() -> None:
    voice = EspeakVoice(1)
    lasts_s(voice, "Un.")
    os.kill(voice.pids[0], signal.SIGSTOP)

    def hold() -> None:
        with pytest.raises(VoiceError):
            voice.speak("Deux.", "fr", 160, 1.0)

    holder = threading.Thread(target=hold)
    holder.start()
    with pytest.raises(VoiceError):
        voice.speak("Trois.", "fr", 160, 0.2)
    holder.join()
    voice.close()


def test_a_text_that_is_too_long_is_refused(voice: EspeakVoice) -> None:
    with pytest.raises(VoiceError, match="too long"):
        voice.speak("a" * (MAX_TEXT + 1), "fr", 160, 5.0)


@pytest.mark.parametrize("text", ["", "   ", "☎️ 🦊", "<speak>&lt;", "a\nb", "\\pau=100\\"])
def test_odd_texts_are_borne(voice: EspeakVoice, text: str) -> None:
    voice.speak(text, "fr", 160, 5.0)
    assert lasts_s(voice, "Bonjour.") > 0.2
