"""Types into `danqing paint --live` over a pseudo-terminal, and looks at what it shows.

    python3 live.py DANQING ARGUMENT...

Each key is typed when the picture that the last one asked for is there. Fails where something does not come.
"""

import os
import pty
import select
import sys

PATIENCE_S = 120
# What a repainted picture ends with: the cursor goes back behind the words.
RESTORED = b"\x1b8"
BLOCK = "▀".encode()


class Terminal:
    def __init__(self, arguments):
        self.process, self.side = pty.fork()
        if self.process == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execvp(arguments[0], arguments)
        self.seen = b""

    def until(self, what, is_there):
        """Reads until `is_there` of what has come since the last call; gives that."""
        while not is_there(self.seen):
            ready, _, _ = select.select([self.side], [], [], PATIENCE_S)
            assert ready, f"{what}: nothing more came after {self.seen[-300:]!r}"
            try:
                self.seen += os.read(self.side, 65536)
            except OSError:  # the other side is closed
                raise AssertionError(f"{what}: it ended after {self.seen[-300:]!r}") from None
        seen, self.seen = self.seen, b""
        return seen

    def type(self, text):
        os.write(self.side, text.encode())

    def end(self):
        while True:
            try:
                if not os.read(self.side, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


def picture_with(*words):
    """A picture below a head that says `words`."""

    def is_there(seen):
        place = seen.rfind(BLOCK)
        head = seen[: place if place >= 0 else 0].decode(errors="replace")
        return place >= 0 and RESTORED in seen[place:] and all(word in head for word in words)

    return is_there


def main():
    terminal = Terminal(sys.argv[1:])
    terminal.until("a hint", lambda seen: "write a few words".encode() in seen)
    terminal.type("红")
    first = terminal.until("the first picture", picture_with("红", "seed 7", " ms"))
    terminal.type("灯笼")
    second = terminal.until("the picture of more words", picture_with("红灯笼", " ms"))
    assert first[first.find(BLOCK) :] != second[second.find(BLOCK) :], "it changes with the words"
    terminal.type("\x1b[C\x1b[C")
    terminal.until("the journey", picture_with("10 %", " ms"))
    terminal.type("\x1b[A")
    terminal.until("the style", picture_with("3d 25 %", " ms"))
    terminal.type("\r")
    terminal.until("the file", picture_with("红灯笼.png", " ms"))
    terminal.type("\x1b")
    code = terminal.end()
    assert code == 0, f"it ended with {code}"


main()
