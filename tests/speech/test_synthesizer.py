"""Prompts as files: made once, by one voice, never lost to a fault."""

import io
import os
import threading
import wave
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from ivr.engine.prompts import Pause, Prompt, Recording, Text, Value
from ivr.ports.synthesizer import SynthesisError
from speech.cache import YOUNG_S, Cache
from speech.online import OnlineVoice
from speech.settings import SpeechSettings
from speech.sound import LOUDNESS, RATE, Samples
from speech.synthesizer import GuichetSynthesizer
from speech.voices import VoiceError

GREETING = Recording("sons/accueil.wav", "Bienvenue.")


def tone(ms: int, loud: float = 5_000.0, rate: int = RATE) -> Samples:
    at = np.arange(rate * ms // 1_000)
    return loud * np.sin(2 * np.pi * 440 * at / rate)


def wav(samples: Samples, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


class Whistle:
    """A voice that whistles 100 ms for each letter."""

    name = "whistle"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.broken = False

    def speak(self, text: str, language: str, rate: int, timeout_s: float) -> tuple[Samples, int]:
        assert language
        assert rate > 0
        assert timeout_s > 0
        if self.broken:
            raise VoiceError("no breath")
        self.said.append(text)
        return tone(100 * len(text), rate=16_000), 16_000


@pytest.fixture
def whistle() -> Whistle:
    return Whistle()


@pytest.fixture
def voice(tmp_path: Path, whistle: Whistle) -> GuichetSynthesizer:
    return GuichetSynthesizer(SpeechSettings(tmp_path / "prompts"), whistle)


def text(words: str, language: str = "fr") -> Prompt:
    return Prompt((Text(words),), language)


def heard(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8_000)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)


def test_a_prompt_is_made_once_and_found_by_the_next_process(voice: GuichetSynthesizer, whistle: Whistle, tmp_path: Path) -> None:
    assert voice.ready(text("oui")) is None
    made = voice.audio(text("oui"), 1_000)
    assert voice.ready(text("oui")) == voice.audio(text("oui"), 1_000) == made
    other = GuichetSynthesizer(SpeechSettings(tmp_path / "prompts"), Whistle())
    assert other.ready(text("oui")) == made
    assert whistle.said == ["oui"]
    assert made.path.stat().st_mode & 0o004


def test_language_speed_and_words_make_other_files(voice: GuichetSynthesizer) -> None:
    prompts = [text("oui"), text("non"), text("oui", "en"), Prompt((Text("oui"),), "fr", 80)]
    assert len({voice.audio(prompt, 1_000).path for prompt in prompts}) == 4


def test_loudness_is_the_house_s_and_pauses_are_as_long_as_asked(voice: GuichetSynthesizer) -> None:
    audio = voice.audio(Prompt((Text("ab"), Pause(500), Text("c")), "fr"), 1_000)
    samples = heard(audio.path)
    assert audio.duration_ms == pytest.approx(200 + 500 + 100 + 60, abs=30)
    loud = samples[np.abs(samples) > 200]
    assert np.sqrt(np.mean(loud**2)) == pytest.approx(LOUDNESS, rel=0.1)
    assert not samples[2_200:5_000].any()


def test_a_voice_that_fails_is_told_and_tried_again_later(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    whistle.broken = True
    with pytest.raises(SynthesisError, match="no breath"):
        voice.audio(text("oui"), 1_000)
    whistle.broken = False
    assert voice.audio(text("oui"), 1_000).duration_ms > 200


def test_many_callers_of_one_new_prompt_make_it_once(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    found = []
    callers = [threading.Thread(target=lambda: found.append(voice.audio(text("oui"), 5_000))) for _ in range(20)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(set(found)) == 1
    assert whistle.said == ["oui"]


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"no sound at all" * 50])
def test_a_damaged_file_is_made_again(voice: GuichetSynthesizer, whistle: Whistle, tmp_path: Path, damage: bytes) -> None:
    path = voice.audio(text("oui"), 1_000).path
    path.write_bytes(damage)
    assert GuichetSynthesizer(SpeechSettings(tmp_path / "prompts"), Whistle()).ready(text("oui")) is None
    path.write_bytes(damage)
    assert voice.audio(text("oui"), 1_000).path.stat().st_size > 1_000
    assert whistle.said == ["oui", "oui"]


def test_a_file_that_was_deleted_is_made_again(voice: GuichetSynthesizer) -> None:
    path = voice.audio(text("oui"), 1_000).path
    path.unlink()
    assert voice.audio(text("oui"), 1_000).path.exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, whistle: Whistle) -> None:
    (tmp_path / "prompts").write_text("a file", encoding="utf-8")
    with pytest.raises(SynthesisError, match="cannot be written"):
        GuichetSynthesizer(SpeechSettings(tmp_path / "prompts"), whistle).audio(text("oui"), 1_000)


def test_what_was_not_used_for_long_is_purged_first_and_the_young_never(voice: GuichetSynthesizer, tmp_path: Path) -> None:
    old, young = voice.audio(text("oui"), 1_000).path, voice.audio(text("non"), 1_000).path
    later = young.stat().st_mtime + 2 * YOUNG_S
    cache = Cache(tmp_path / "prompts")
    assert cache.purge(0, now=young.stat().st_mtime) == 0
    os.utime(old, (later - 5 * YOUNG_S,) * 2)
    assert cache.purge(young.stat().st_size, now=later) == 1
    assert (old.exists(), young.exists()) == (False, True)


class Service:
    """A public service that answers with a WAV file, or not."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.up = True
        self.now = 0.0

    def fetch(self, words: str, language: str, timeout_s: float) -> bytes:
        assert language
        assert timeout_s <= 10.0
        self.asked.append(words)
        if not self.up:
            raise OSError("unreachable")
        return wav(tone(700))

    def voice(self, folder: Path, offline: Whistle) -> GuichetSynthesizer:
        online = OnlineVoice(300.0, self.fetch, lambda: self.now)
        return GuichetSynthesizer(SpeechSettings(folder, online=True), offline, online)


def test_the_online_voice_never_gets_a_value_of_a_caller(tmp_path: Path, whistle: Whistle) -> None:
    service = Service()
    voice = service.voice(tmp_path, whistle)
    voice.audio(Prompt((Text("Vous recevrez "), Value("amount", Decimal("987.65"))), "fr"), 5_000)
    assert service.asked == []
    assert len(whistle.said) == 1
    voice.audio(text("Bonjour."), 5_000)
    assert service.asked == ["Bonjour."]
    assert len(whistle.said) == 1


def test_an_online_voice_that_is_away_is_replaced_for_the_whole_prompt_and_logged_once(tmp_path: Path, whistle: Whistle) -> None:
    service = Service()
    service.up = False
    voice = service.voice(tmp_path, whistle)
    with capture_logs() as logs:
        for words in ("Bonjour.", "Merci.", "Au revoir."):
            assert voice.audio(text(words), 5_000).duration_ms > 100
    assert [entry["event"] for entry in logs] == ["online_voice_unreachable"]
    assert service.asked == ["Bonjour."]
    assert whistle.said == ["Bonjour.", "Merci.", "Au revoir."]
    assert voice.ready(text("Merci.")) is not None
    service.up, service.now = True, 301.0
    assert voice.audio(text("Merci."), 5_000).duration_ms == pytest.approx(760, abs=30)


def test_an_answer_that_is_no_sound_is_a_failure(tmp_path: Path, whistle: Whistle) -> None:
    online = OnlineVoice(300.0, lambda words, language, timeout_s: f"<html>{words}{language}{timeout_s}".encode())
    voice = GuichetSynthesizer(SpeechSettings(tmp_path, online=True), whistle, online)
    assert voice.audio(text("Bonjour."), 5_000).duration_ms > 100
    assert whistle.said == ["Bonjour."]


def test_a_recording_is_played_for_its_words(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    assert voice.learn({GREETING: wav(tone(900, rate=44_100), 44_100)}) == []
    audio = voice.audio(Prompt((GREETING,), "fr"), 1_000)
    assert audio.duration_ms == pytest.approx(900, abs=20)
    assert voice.ready(Prompt((GREETING,), "fr")) == audio
    assert whistle.said == []


def test_one_voice_says_the_whole_of_a_prompt(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    voice.learn({GREETING: wav(tone(900))})
    voice.audio(Prompt((GREETING, Pause(250), Text("Tapez 1.")), "fr"), 1_000)
    assert whistle.said == ["Bienvenue.", "Tapez 1."]


def test_a_recording_of_other_words_is_not_played(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    voice.learn({GREETING: wav(tone(900))})
    voice.audio(Prompt((Recording(GREETING.name, "Au revoir."),), "fr"), 1_000)
    assert whistle.said == ["Au revoir."]


def test_a_recording_that_is_not_known_is_said_by_the_voice(voice: GuichetSynthesizer, whistle: Whistle) -> None:
    voice.audio(Prompt((GREETING,), "fr"), 1_000)
    assert whistle.said == ["Bienvenue."]


def test_a_recording_that_was_made_anew_is_another_sound(voice: GuichetSynthesizer) -> None:
    voice.learn({GREETING: wav(tone(900))})
    first = voice.audio(Prompt((GREETING,), "fr"), 1_000)
    voice.learn({GREETING: wav(tone(600))})
    assert voice.audio(Prompt((GREETING,), "fr"), 1_000).duration_ms < first.duration_ms


def test_files_that_are_no_sound_or_silent_are_told(voice: GuichetSynthesizer) -> None:
    faults = voice.learn({Recording("a.wav", "Un."): b"no sound", Recording("b.wav", "Deux."): wav(np.zeros(8_000))})
    assert [fault.partition(":")[0] for fault in faults] == ["a.wav", "b.wav"]


def test_the_real_voice_says_a_prompt_with_values(tmp_path: Path) -> None:
    voice = GuichetSynthesizer(SpeechSettings(tmp_path))
    audio = voice.audio(Prompt((Text("Vous recevrez "), Value("amount", Decimal("987.65")), Text(".")), "fr"), 10_000)
    assert 1_500 < audio.duration_ms < 8_000
    voice.close()
