"""Letters appear in the print folder whole, once, with a sheet for the envelope."""

import errno
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from handlers.delivery.carrier import Rejected, TryLater
from handlers.delivery.letter import LetterCarrier, LetterSettings, folder_name
from tests.delivery.catalogues import item, texts, unseal
from tests.delivery.pdf import read_pdf

ADDRESS = "Mme Aurore Exemple\n1 rue Inventée\n99999 Nulle-Part"


def carrier(folder: Path) -> LetterCarrier:
    return LetterCarrier(LetterSettings(folder), texts(), unseal)


def letter(to: str = ADDRESS, **payload: Any) -> Any:
    return item("letter", to=to, **payload)


def test_a_letter_its_document_and_its_address_stand_in_one_folder(tmp_path: Path) -> None:
    name = carrier(tmp_path / "print").deliver(letter())
    folder = tmp_path / "print" / name
    assert sorted(path.name for path in folder.iterdir()) == ["address.pdf", "attestation-inscription.pdf", "letter.pdf"]
    written = read_pdf((folder / "letter.pdf").read_bytes())
    assert written.title == "Votre attestation d’inscription"
    assert "Mme Aurore Exemple 1 rue Inventée 99999 Nulle-Part" in written.text
    assert "987,65" in written.text
    assert "987,65" not in read_pdf((folder / "address.pdf").read_bytes()).text
    assert "Nous attestons" in read_pdf((folder / "attestation-inscription.pdf").read_bytes()).text


def test_its_name_comes_from_its_item_and_tells_nothing(tmp_path: Path) -> None:
    name = carrier(tmp_path).deliver(letter())
    assert name == folder_name(letter()) != folder_name(letter(key="c1:8"))
    assert name.startswith("20261123-")


def test_the_same_item_twice_is_one_letter(tmp_path: Path) -> None:
    names = [carrier(tmp_path).deliver(letter()) for _ in range(2)]
    assert names[0] == names[1]
    assert [path.name for path in tmp_path.iterdir()] == names[:1]


def test_two_workers_at_once_write_one_letter(tmp_path: Path) -> None:
    begin = threading.Barrier(4)
    names: list[str] = []

    def write() -> None:
        begin.wait(10)
        names.append(carrier(tmp_path).deliver(letter()))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(names) == 4
    assert [path.name for path in tmp_path.iterdir()] == [names[0]]


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TryLater, match="print_folder_full"):
            carrier(tmp_path).deliver(letter())
    assert list(tmp_path.iterdir()) == []
    assert carrier(tmp_path).deliver(letter()) in os.listdir(tmp_path)


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TryLater, match=r"^print_folder$"):
        carrier(tmp_path / "file").deliver(letter())


@pytest.mark.parametrize("address", ["", "Mme Exemple", "a\n" * 9, "Mme Exemple\n" + "x" * 80])
def test_what_fits_no_envelope_is_given_up(tmp_path: Path, address: str) -> None:
    with pytest.raises(Rejected, match=r"^(bad_address|no_address)$"):
        carrier(tmp_path).deliver(letter(to=address))
    assert list(tmp_path.iterdir()) == []


def test_a_message_of_sms_alone_is_no_letter(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="no_text"):
        carrier(tmp_path).deliver(letter(message="tutorial"))
