"""A small IMAP server over a real socket: what imaplib needs to read one folder."""

import contextlib
import re
import socketserver
import threading

UID_FETCH = re.compile(rb"(\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)")


class Box:
    """One folder; mails are named by their number, as a server does."""

    def __init__(self):
        self.validity = 7
        self.mails = {}
        self.seen = set()
        self.fetched = []
        self.password = "geheim"
        self.dies_at = 0  # the connection breaks when this mail is asked for

    def put(self, raw):
        number = max(self.mails, default=0) + 1
        self.mails[number] = raw
        return number


class Talk(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def handle(self):
        self.say(b"* OK here")
        for line in self.rfile:
            tag, verb, rest = [*line.rstrip().split(b" ", 2), b""][:3]
            if verb.upper() == b"UID":
                verb, _blank, rest = rest.partition(b" ")
            answer = getattr(self, f"do_{verb.decode().lower()}")(rest)
            if answer is None:
                return
            self.say(tag + b" " + answer)

    def do_capability(self, rest):
        self.say(b"* CAPABILITY IMAP4rev1")
        return b"OK done"

    def do_login(self, rest):
        wanted = f'bounces "{self.server.box.password}"'.encode()
        return b"OK in" if rest == wanted else b"NO who are you?"

    def do_select(self, rest):
        if rest != b'"INBOX"':
            return b"NO such folder"
        self.say(b"* %d EXISTS" % len(self.server.box.mails))
        self.say(b"* OK [UIDVALIDITY %d] fine" % self.server.box.validity)
        return b"OK [READ-WRITE] chosen"

    def do_search(self, rest):
        """As servers do, `n:*` names the last one also where it is smaller than n."""
        first, box = int(re.match(rb"UID (\d+):\*", rest)[1]), self.server.box
        found = sorted({number for number in box.mails if number >= first} | set([*box.mails][-1:]))
        self.say(b"* SEARCH " + b" ".join(b"%d" % number for number in found))
        return b"OK done"

    def do_fetch(self, rest):
        number, most = map(int, UID_FETCH.fullmatch(rest).groups())
        box = self.server.box
        if number == box.dies_at:
            return None
        box.fetched.append(number)
        part = box.mails[number][:most]
        self.wfile.write(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (number, len(part), part))
        return b"OK done"

    def do_store(self, rest):
        self.server.box.seen.add(int(rest.split()[0]))
        return b"OK done"

    def do_logout(self, rest):
        self.say(b"* BYE")
        return b"OK bye"


@contextlib.contextmanager
def running_mailbox():
    """Yields the folder and settings.BOUNCES."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        server.box = Box()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        address = {"host": "127.0.0.1", "port": server.server_address[1]}
        login = {"username": "bounces", "password": "geheim"}
        plain = {"use_tls": False, "use_ssl": False, "folder": "INBOX"}
        yield server.box, address | login | plain
        server.shutdown()
        thread.join()
