/// The scripted peer's program; it lives here because a test target's resources would not be there for other targets.
let peerProgram = #"""
    import json, os, socket, ssl, struct, sys, threading, time

    setup = json.load(open("setup.json"))
    events = open("events", "a", buffering=1)
    lock = threading.Lock()
    counts = {}


    class Gone(Exception):
        pass


    class Connection:
        def __init__(self, number, sock):
            self.number, self.sock, self.buffer = number, sock, b""

        def note(self, kind, text=""):
            with lock:
                events.write(json.dumps({"connection": self.number, "kind": kind, "text": text}) + "\n")

        def secure(self):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if setup.get("maxTLS") == "1.1":
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.load_cert_chain(setup["certificate"], setup["key"])
            try:
                self.sock = context.wrap_socket(self.sock, server_side=True)
            except (OSError, ssl.SSLError) as fault:
                self.note("tls-failed", str(fault))
                raise Gone
            self.note("tls", self.sock.version())

        def fill(self):
            try:
                more = self.sock.recv(65536)
            except OSError:
                raise Gone
            if not more:
                raise Gone
            self.buffer += more

        def line(self):
            while b"\n" not in self.buffer:
                self.fill()
            line, self.buffer = self.buffer.split(b"\n", 1)
            text = (line + b"\n").decode("latin-1")
            # Anything but a clean CR LF stays visible in the event.
            text = text[:-2] if text.endswith("\r\n") else text
            self.note("line", text)
            return text

        def send(self, data):
            try:
                self.sock.sendall(data)
            except OSError:
                raise Gone

        def act(self, verb, proceed):
            """Runs the rule for a verb; without one, or where it says so, the ordinary step."""
            with lock:
                counts[verb] = counts.get(verb, 0) + 1
                count = counts[verb]
            for rule in setup["rules"]:
                if rule["verb"] == verb and rule.get("occurrence", count) == count:
                    for word, value in rule["actions"]:
                        if word == "reply":
                            self.send(b"".join(l.encode() + b"\r\n" for l in value.split("\n")))
                        elif word == "raw":
                            self.send(value.encode())
                        elif word == "fill":
                            for _ in range(int(value) // 65536):
                                self.send(b"x" * 65536)
                            self.send(b"x" * (int(value) % 65536))
                        elif word == "pause":
                            time.sleep(float(value))
                        elif word == "close":
                            raise Gone
                        elif word == "reset":
                            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            raise Gone
                        elif word == "silent":
                            while True:
                                self.fill()
                        elif word == "proceed":
                            return proceed()
                    return None
            return proceed()

        def reply(self, *lines):
            self.send("".join(l + "\r\n" for l in lines).encode())
            return True

        # SMTP

        def smtp(self):
            if setup["implicitTLS"]:
                self.act("TLS", self.secure)
            self.act("CONNECT", lambda: self.reply("220 peer.test ESMTP"))
            while True:
                text = self.line()
                verb = text.split(" ")[0].split(":")[0].upper()
                self.act(verb, lambda: getattr(self, "on_" + verb.lower(), self.on_other)(text))

        def on_ehlo(self, text):
            offers = list(setup["offers"])
            secured = isinstance(self.sock, ssl.SSLSocket)
            if setup.get("certificate") and not secured:
                offers.append("STARTTLS")
            lines = ["peer.test"] + offers
            self.reply(*["250-" + l for l in lines[:-1]], "250 " + lines[-1])

        def on_helo(self, text):
            self.reply("250 peer.test")

        def on_starttls(self, text):
            self.reply("220 2.0.0 go ahead")
            self.act("TLS", self.secure)

        def on_auth(self, text):
            if len(text.split(" ")) < 3:
                self.reply("334 ")
                self.line()
            self.reply("235 2.7.0 welcome")

        def on_mail(self, text):
            self.reply("250 2.1.0 sender ok")

        def on_rcpt(self, text):
            self.reply("250 2.1.5 recipient ok")

        def on_data(self, text):
            self.reply("354 go ahead")
            self.body()

        def body(self):
            self.act("BODY", lambda: None)
            while not (self.buffer.startswith(b".\r\n") or b"\r\n.\r\n" in self.buffer):
                self.fill()
            if self.buffer.startswith(b".\r\n"):
                end = 3
            else:
                end = self.buffer.index(b"\r\n.\r\n") + 5
            raw, self.buffer = self.buffer[:end], self.buffer[end:]
            self.note("message", raw.decode("latin-1"))
            self.act("DOT", lambda: self.reply("250 2.0.0 Ok: queued as PEER%d" % counts.get("DOT", 0)))

        def on_rset(self, text):
            self.reply("250 2.0.0 ok")

        def on_quit(self, text):
            self.reply("221 2.0.0 bye")
            raise Gone

        def on_other(self, text):
            self.reply("502 5.5.2 not known")

        # HTTP

        def http(self):
            if setup["implicitTLS"]:
                self.act("TLS", self.secure)
            while True:
                while b"\r\n\r\n" not in self.buffer:
                    self.fill()
                head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
                length = 0
                for line in head.split(b"\r\n")[1:]:
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                while len(self.buffer) < length:
                    self.fill()
                body, self.buffer = self.buffer[:length], self.buffer[length:]
                self.note("request", (head + b"\r\n\r\n" + body).decode("latin-1"))
                path = head.split(b" ")[1].decode().split("?")[0]
                self.act(path, lambda: self.reply("HTTP/1.1 200 OK", "Content-Length: 2", "") and self.send(b"ok"))


    def serve(number, sock):
        connection = Connection(number, sock)
        connection.note("connect")
        try:
            getattr(connection, setup["mode"])()
        except Gone:
            pass
        finally:
            connection.note("gone")
            connection.sock.close()


    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    with open("port.new", "w") as file:
        file.write(str(server.getsockname()[1]))
    os.rename("port.new", "port")
    number = 0
    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number += 1
        threading.Thread(target=serve, args=(number, sock), daemon=True).start()
    """#
