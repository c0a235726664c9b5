"""A badge reader beside a machine, for a board with MicroPython (ESP32, Pico W) or for any Python 3.

It asks the lieu whether the badge shown may start the machine, switches a relay, and switches it off when the time is over.
Everything it sends is signed, everything it is answered is checked: a false house cannot say yes.

On a board: copy this file as main.py and write config.json beside it; adapt read_badge() and switch() to your wiring.
On a computer, to try: python3 lecteur.py config.json, then type a badge's number and Enter; « stop » and Enter gives it back.
"""

import hashlib
import json
import os
import sys
import time

try:  # MicroPython
    import urequests as requests
except ImportError:
    requests = None
    import urllib.error
    import urllib.request


def hmac_sha256(key, message):
    """MicroPython has hashlib and no hmac."""
    key = key + b"\x00" * (64 - len(key))  # our secrets are 64 bytes at most
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key))
    inner.update(message)
    outer = hashlib.sha256(bytes(one ^ 0x5C for one in key))
    outer.update(inner.digest())
    return "".join(f"{one:02x}" for one in outer.digest())


def post(url, headers, body):
    """(status, headers in small letters, body as bytes)."""
    if requests:
        answer = requests.post(url, headers=headers, data=body)
        try:
            return answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, answer.content
        finally:
            answer.close()
    asked = urllib.request.Request(url, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


class House:
    """The lieu, as this reader speaks to it."""

    def __init__(self, url, key, secret):
        self.url, self.key, self.secret = url, key, secret.encode()
        self.ahead = 0  # of the house's clock on ours: a board wakes up in the year 2000

    def ask(self, **wish):
        """The answer as a dictionary; what cannot be trusted is {"ok": False, "code": "no_answer"}."""
        said = self._ask_once(wish)
        if said.get("code") == "stale":  # it told its hour, signed: set ours by it and ask again
            self.ahead = said["now"] - int(time.time())
            said = self._ask_once(wish)
        return said

    def _ask_once(self, wish):
        body = json.dumps(wish).encode()
        timestamp = str(int(time.time()) + self.ahead)
        nonce = "".join(f"{one:02x}" for one in os.urandom(16))
        headers = {
            "Content-Type": "application/json",
            "Worklab-Key": self.key,
            "Worklab-Timestamp": timestamp,
            "Worklab-Nonce": nonce,
            "Worklab-Signature": hmac_sha256(self.secret, b"\n".join((timestamp.encode(), nonce.encode(), body))),
        }
        try:
            status, given, content = post(self.url, headers, body)
        except OSError:
            return {"ok": False, "code": "no_answer"}
        if given.get("worklab-signature") != hmac_sha256(self.secret, b"\n".join((nonce.encode(), content))):
            return {"ok": False, "code": "no_answer", "status": status}
        return json.loads(content)


class Reader:
    """What happens when a badge is shown: on for the time allowed, off when it is over or shown again."""

    def __init__(self, house, switch, show):
        self.house, self.switch, self.show = house, switch, show
        self.off_at = None  # on our clock

    def badge(self, number):
        if self.off_at is not None:
            return self.stop(number)
        said = self.house.ask(action="start", badge=number)
        if said["ok"]:
            self.off_at = time.time() + said["seconds"]
            self.switch(True)
        self.show(said)
        return said

    def stop(self, number=""):
        said = self.house.ask(action="stop", badge=number) if number else self.house.ask(action="stop")
        if said["ok"] or said["code"] == "nothing_running":
            self.off_at = None
            self.switch(False)
        self.show(said)
        return said

    def tick(self):
        """Now and then: off when the time is over, whatever the network does."""
        if self.off_at is not None and time.time() >= self.off_at:
            self.off_at = None
            self.switch(False)


def switch(is_on):
    """On a board: Pin(5, Pin.OUT).value(is_on)."""
    print("RELAIS", 1 if is_on else 0)


def show(said):
    """On a board: a green or a red light, a small screen."""
    sentences = [reason["message"] for reason in said.get("reasons", ())]
    print("OUI" if said["ok"] else "NON", said["code"], said.get("message", ""), " ".join(sentences))


def read_badge():
    """On a board: the number of the card that an MFRC522 or a PN532 sees, in hexadecimal; nothing when there is none."""
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()


def main():
    with open(sys.argv[1] if len(sys.argv) > 1 else "config.json") as file:
        config = json.load(file)
    reader = Reader(House(config["url"], config["key"], config["secret"]), switch, show)
    while True:
        try:
            number = read_badge()
        except EOFError:
            break
        if number == "stop":
            reader.stop()
        elif number:
            reader.badge(number)
        reader.tick()


if __name__ == "__main__":
    main()
