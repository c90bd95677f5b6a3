"""A manager interface on a real socket: greets, logs in, answers, sends events, drops connections."""

import contextlib
import queue
import socket
import threading


class FakeManager:
    """Every action is put into `actions`; `drop` ends all connections; `deaf` actions are not answered."""

    def __init__(self, secret: str = "essai", port: int = 0) -> None:
        self.actions: queue.Queue[dict[str, str]] = queue.Queue()
        self.deaf: set[str] = set()
        self._secret = secret
        self._lines: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._door.getsockname()[1])

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.drop()

    def drop(self) -> None:
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def say(self, text: str) -> None:
        """Send to everybody; each line of `text` is a field."""
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.sendall(text.replace("\n", "\r\n").encode() + b"\r\n\r\n")

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            self._lines.append(line)
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, line.makefile("r", newline="\r\n", encoding="utf-8") as lines:
            line.sendall(b"Asterisk Call Manager/9.0.0\r\n")
            action: dict[str, str] = {}
            for text in lines:
                name, _, value = text.rstrip("\r\n").partition(": ")
                if name:
                    action[name] = value
                elif action:
                    self._answer(line, action)
                    action = {}

    def _answer(self, line: socket.socket, action: dict[str, str]) -> None:
        self.actions.put(action)
        if action["Action"] in self.deaf:
            return
        good = action["Action"] != "Login" or action["Secret"] == self._secret
        status = "Success" if good else "Error\r\nMessage: Authentication failed"
        line.sendall(f"Response: {status}\r\nActionID: {action['ActionID']}\r\n\r\n".encode())
        if action["Action"] == "QueueStatus":
            for event in ("QueueParams\r\nCalls: 2", "QueueMember\r\nName: Anne", "QueueStatusComplete"):
                line.sendall(f"Event: {event}\r\nActionID: {action['ActionID']}\r\n\r\n".encode())
