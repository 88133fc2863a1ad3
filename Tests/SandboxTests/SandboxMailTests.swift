import Foundation
import Testing

@testable import Sandbox

/// Runs a real client program and gives back what it printed; nil when it failed.
private func run(_ program: String, _ arguments: [String], input: String = "") async throws -> (
    status: Int32, output: String
) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

private func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1_000 where !condition() {
        guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { break }  // cancelled: look once more
    }
    return condition()
}

private func withServer(
    _ options: SandboxMailServer.Options = .init(), _ body: (SandboxMailServer, Int) async throws -> Void
) async throws {
    let server = try SandboxMailServer(options: options)
    try await server.start()
    do {
        try await body(server, try #require(server.port))
    } catch {
        try await server.stop()
        throw error
    }
    try await server.stop()
    #expect(server.port == nil)
}

/// Sends one message with Python's smtplib and prints what happened.
private func send(
    _ port: Int, to recipients: [String], extra: String = "", body: String = "hello", options: String = ""
) async throws -> String {
    let script = """
        import smtplib, sys
        s = smtplib.SMTP("127.0.0.1", \(port), timeout=5)
        print(s.ehlo()[0], sorted(s.esmtp_features))
        try:
            r = s.sendmail("hr+v1@example.test", \(recipients), \"\"\"From: a\\nMessage-ID: <m1@example.test>\\n\(extra)Subject: t\\n\\n\(body)\\n\"\"\", \(options))
            print("sent", r)
        except Exception as e:
            print(type(e).__name__, e)
        """
    return try await run("python3", ["-c", script]).output
}

@Suite struct SandboxMailServerTests {
    @Test func `a real client delivers, and the envelope and bytes are kept`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            let output = try await send(
                port, to: ["zhang@b.test"], body: ".dot\\nend",
                options:
                    "mail_options=['RET=HDRS','ENVID=QQ314159'], rcpt_options=['NOTIFY=SUCCESS,FAILURE','ORCPT=rfc822;zhang@b.test']"
            )
            #expect(output.contains("['8bitmime', 'dsn', 'enhancedstatuscodes', 'pipelining', 'size']"))
            #expect(output.contains("sent {}"))
            let mail = try #require(server.mails.first)
            #expect(mail.sender == "hr+v1@example.test")
            #expect(mail.envelopeID == "QQ314159")
            #expect(mail.recipients.map(\.address) == ["zhang@b.test"])
            #expect(mail.recipients[0].notify == ["SUCCESS", "FAILURE"])
            #expect(String(decoding: mail.bytes, as: UTF8.self).hasSuffix("\r\n\r\n.dot\r\nend\r\n"))
        }
    }

    @Test func `every greeting and reply says that it is a sandbox`() async throws {
        try await withServer { (_: SandboxMailServer, port: Int) async throws in
            let output = try await run(
                "curl",
                ["-sv", "smtp://127.0.0.1:\(port)", "--mail-from", "a@b.test", "--mail-rcpt", "c@d.test", "-T", "-"],
                input: "x\r\n"
            ).output
            #expect(output.contains("220 sandbox.songda.invalid ESMTP SANDBOX delivers to nobody"))
            #expect(output.contains("queued as SANDBOX1, delivered to nobody"))
        }
    }

    @Test func `a recipient is refused for good or for now as told, and the others get the message`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            server.behave(MailConduct(.refuse(code: 550, text: "5.1.1 no such user")), towards: "gone@*")
            server.behave(MailConduct(.tempfail(code: 451, text: "4.7.1 greylisted")), towards: "grey@b.test", times: 1)
            let output = try await send(port, to: ["gone@b.test", "grey@b.test", "ok@b.test"])
            #expect(output.contains("550, b'5.1.1 no such user'"))
            #expect(output.contains("451, b'4.7.1 greylisted'"))
            #expect(server.mails.map { $0.recipients.map(\.address) } == [["ok@b.test"]])
            #expect(try await send(port, to: ["grey@b.test"]).contains("sent {}"))
        }
    }

    @Test func `a lost reply leaves the message taken and the client without an answer`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            server.behave(MailConduct(.lostReply), times: 1)
            let output = try await send(port, to: ["a@b.test"])
            #expect(output.contains("SMTPServerDisconnected"), "\(output)")
            #expect(server.mailCount == 1)
        }
    }

    @Test func `a late reply comes late and nothing sent meanwhile is lost`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            server.behave(MailConduct(.late(.milliseconds(300))), times: 1)
            let start = ContinuousClock.now
            #expect(try await send(port, to: ["a@b.test"]).contains("sent {}"))
            #expect(ContinuousClock.now - start >= .milliseconds(300))
            server.behave(MailConduct(.slow(.milliseconds(50))), times: 2)
            let pipelined = """
                import socket
                s = socket.create_connection(("127.0.0.1", \(port)), 5); f = s.makefile("rb")
                f.readline()
                s.sendall(b"EHLO x\\r\\n")
                while f.readline()[3:4] == b"-": pass
                s.sendall(b"MAIL FROM:<>\\r\\nRCPT TO:<a@b.test>\\r\\nRCPT TO:<b@b.test>\\r\\nDATA\\r\\n")
                print([f.readline()[:3].decode() for _ in range(4)])
                s.sendall(b"x\\n.\\ny\\r\\n.\\r\\nQUIT\\r\\n")
                print([f.readline()[:3].decode() for _ in range(2)])
                """
            let output = try await run("python3", ["-c", pipelined]).output
            #expect(output.contains("['250', '250', '250', '354']"), "\(output)")
            #expect(output.contains("['250', '221']"), "\(output)")
            #expect(server.mails.last?.bytes == Array("x\n.\ny\r\n".utf8), "a bare line feed must not end the data")
        }
    }

    @Test func `content may be refused and size is enforced twice`() async throws {
        var options = SandboxMailServer.Options()
        options.maximumMessageBytes = 2_000
        try await withServer(options) { (server: SandboxMailServer, port: Int) async throws in
            server.behave(MailConduct(.refuseData(code: 554, text: "5.7.1 content")), times: 1)
            #expect(try await send(port, to: ["a@b.test"]).contains("SMTPDataError (554, b'5.7.1 content')"))
            let big = try await send(port, to: ["a@b.test"], body: String(repeating: "x", count: 3_000))
            #expect(big.contains("552"), "\(big)")
            #expect(server.mails.isEmpty)
            #expect(try await send(port, to: ["a@b.test"]).contains("sent {}"))
        }
    }

    @Test func `a DSN for success comes only when asked for, a failure unless forbidden`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            server.behave(
                MailConduct(
                    .accept, receipts: [.init(.delivered), .init(.failed(status: "5.2.2", text: "mailbox full"))]))
            _ = try await send(port, to: ["a@b.test"])
            #expect(await eventually { server.mailbox.messages.count == 1 })
            _ = try await send(
                port, to: ["a@b.test"],
                options: "['ENVID=E+2B1'], ['NOTIFY=SUCCESS,FAILURE', 'ORCPT=rfc822;a+2B1@b.test']")
            #expect(await eventually { server.mailbox.messages.count == 3 })
            _ = try await send(port, to: ["a@b.test"], options: "[], ['NOTIFY=NEVER']")
            let texts = server.mailbox.messages.map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(texts.count == 3)
            #expect(texts.filter { $0.contains("\r\nAction: failed\r\nStatus: 5.2.2\r\n") }.count == 2)
            let delivered = try #require(texts.first { $0.contains("Action: delivered") })
            #expect(delivered.contains("\r\nOriginal-Envelope-Id: E+1\r\n"))
            #expect(delivered.contains("\r\nOriginal-Recipient: rfc822;a+1@b.test\r\n"))
            #expect(delivered.contains("\r\nTo: <hr+v1@example.test>\r\n"))
            #expect(delivered.contains("\r\nReturn-Path: <>\r\n") || delivered.hasPrefix("Return-Path: <>\r\n"))
            #expect(delivered.contains("X-Songda-Sandbox: SANDBOX"))
            #expect(delivered.contains("Message-ID: <m1@example.test>"))
        }
    }

    @Test func `an MDN comes only for a message that asks for one`() async throws {
        try await withServer { (server: SandboxMailServer, port: Int) async throws in
            server.behave(MailConduct(.accept, receipts: [.init(.displayed)]))
            _ = try await send(port, to: ["a@b.test"])
            _ = try await send(port, to: ["a@b.test"], extra: "Disposition-Notification-To: <hr@example.test>\\n")
            #expect(await eventually { !server.mailbox.messages.isEmpty })
            #expect(server.mailbox.messages.count == 1)
            let text = String(decoding: server.mailbox.messages[0].bytes, as: UTF8.self)
            #expect(text.contains("Disposition: manual-action/MDN-sent-manually; displayed"))
            #expect(text.contains("\r\nOriginal-Message-ID: <m1@example.test>\r\n"))
        }
    }

    @Test func `the spool keeps what memory drops`() async throws {
        var options = SandboxMailServer.Options()
        options.keepsMessages = 1
        options.spoolDirectory = NSTemporaryDirectory() + "spool-\(UUID().uuidString)"
        let directory = try #require(options.spoolDirectory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withServer(options) { (server: SandboxMailServer, port: Int) async throws in
            _ = try await send(port, to: ["a@b.test"])
            _ = try await send(port, to: ["b@b.test"])
            #expect(server.mails.map { $0.recipients[0].address } == ["b@b.test"])
            #expect(server.mailCount == 2)
            let files = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(files == ["SANDBOX1.eml", "SANDBOX2.eml"])
            let text = try String(contentsOfFile: "\(directory)/SANDBOX1.eml", encoding: .utf8)
            #expect(text.hasPrefix("X-Songda-Sandbox: SANDBOX"))
        }
    }

    @Test func `a later run of the sandbox leaves the messages of the earlier ones as they are`() async throws {
        var options = SandboxMailServer.Options()
        options.spoolDirectory = NSTemporaryDirectory() + "spool-\(UUID().uuidString)"
        let directory = try #require(options.spoolDirectory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withServer(options) { (_: SandboxMailServer, port: Int) async throws in
            for name in ["a", "b"] { _ = try await send(port, to: ["\(name)@b.test"]) }
        }
        let first = try String(contentsOfFile: "\(directory)/SANDBOX2.eml", encoding: .utf8)
        try "notes of somebody".write(toFile: "\(directory)/SANDBOXx.eml", atomically: true, encoding: .utf8)
        try await withServer(options) { (server: SandboxMailServer, port: Int) async throws in
            _ = try await send(port, to: ["c@b.test"])
            #expect(server.mailCount == 1 && server.mails.map(\.id) == ["SANDBOX3"])
        }
        #expect(try String(contentsOfFile: "\(directory)/SANDBOX2.eml", encoding: .utf8) == first)
        #expect(FileManager.default.fileExists(atPath: "\(directory)/SANDBOX3.eml"))
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "localhost", "example.test"])
    func `it binds to loopback alone`(host: String) async throws {
        var options = SandboxMailServer.Options()
        options.host = host
        let server = try SandboxMailServer(options: options)
        await #expect(throws: SandboxError.self) { try await server.start() }
    }

    @Test func `it can be stopped and started again`() async throws {
        let server = try SandboxMailServer()
        try await server.start()
        await #expect(throws: SandboxError.self) { try await server.start() }
        try await server.stop()
        try await server.start()
        #expect(server.port != nil)
        try await server.stop()
    }
}

@Suite struct SandboxMailboxServerTests {
    @Test func `two starts of the mailbox give no two messages the same name`() {
        let uids = (0..<2).flatMap { _ -> [String] in
            let mailbox = SandboxMailbox()
            mailbox.deliver([])
            return mailbox.messages.map(\.uid)
        }
        #expect(uids.count == 2 && Set(uids).count == 2)
        // RFC 1939: 1 to 70 visible characters.
        #expect(uids.allSatisfy { $0.utf8.count <= 70 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }, "\(uids)")
    }

    @Test func `a real POP3 client lists, fetches and deletes`() async throws {
        let mailbox = SandboxMailbox(mark: "")
        mailbox.deliver(Array("Subject: one\r\n\r\n.dot\r\nend\r\n".utf8))
        mailbox.deliver(Array("Subject: two\r\n\r\nx\r\n".utf8))
        let server = SandboxMailboxServer(mailbox: mailbox, user: "bounce", password: "pa ss")
        try await server.start()
        let base = "pop3://127.0.0.1:\(try #require(server.port))"
        let login = ["-s", "-u", "bounce:pa ss"]
        let list = try await run("curl", login + [base + "/"])
        #expect(list.output == "1 27\r\n2 19\r\n")
        let uids = try await run("curl", login + ["-X", "UIDL", base + "/"])
        #expect(uids.output == "1 SANDBOX-1\r\n2 SANDBOX-2\r\n")
        let first = try await run("curl", login + [base + "/1"])
        #expect(first.output == "Subject: one\r\n\r\n.dot\r\nend\r\n")
        let deletion = try await run("curl", login + ["-X", "DELE", "-I", base + "/1"])
        #expect(deletion.status == 0)
        #expect(mailbox.messages.map(\.uid) == ["SANDBOX-2"])
        let wrong = try await run("curl", ["-s", "-u", "bounce:wrong", base + "/"])
        #expect(wrong.status == 67)
        try await server.stop()
    }
}
