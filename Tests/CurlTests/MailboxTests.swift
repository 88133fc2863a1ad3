import Curl
import Foundation
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: PrivateDovecot.isAvailable, "needs root and Dovecot"))
struct MailboxTests {
    private func mailbox(
        _ server: PrivateDovecot, _ kind: MailboxProtocol, security: MailSecurity = .clearText, caFile: String? = nil,
        host: String = "127.0.0.1", password: String? = nil, folder: String = "INBOX"
    ) -> Mailbox {
        let port = kind == .pop3 ? server.pop3Port : security == .implicitTLS ? server.imapsPort : server.imapPort
        return Mailbox(
            name: "bounces", kind: kind, host: host, port: port, security: security, caFile: caFile,
            credentials: MailCredentials(username: "bounce@songda.test", password: password ?? server.password),
            folder: folder, commandTimeout: .seconds(20))
    }

    private func message(_ number: Int, lines: Int = 1) -> [UInt8] {
        let body = (0..<lines).map { "line \($0)\r\n.dot {5}\r\n" }.joined()
        return Array("Subject: number \(number)\r\n\r\n\(body)end\r\n".utf8)
    }

    private func store(_ numbers: ClosedRange<Int>, _ server: PrivateDovecot) throws {
        for number in numbers { try server.store(message(number), for: "bounce@songda.test") }
    }

    @Test(arguments: [MailboxProtocol.imap, .pop3])
    func `each message is fetched once, byte for byte, in order`(_ kind: MailboxProtocol) async throws {
        let server = try await PrivateDovecot.start()
        let reader = MailboxReader(mailbox(server, kind))
        let empty = try await reader.fetchNew()
        #expect(empty.messages.isEmpty)
        try store(1...5, server)
        let first = try await reader.fetchNew(since: empty.cursor, limit: 3)
        #expect(first.messages.map(\.bytes) == [message(1), message(2), message(3)])
        #expect(first.hasMore)
        let second = try await reader.fetchNew(since: first.cursor, limit: 3)
        #expect(second.messages.map(\.bytes) == [message(4), message(5)])
        #expect(!second.hasMore)
        #expect(try await reader.fetchNew(since: second.cursor).messages.isEmpty)
        try store(6...6, server)
        #expect(try await reader.fetchNew(since: second.cursor).messages.map(\.bytes) == [message(6)])
        #expect(server.files(of: "bounce@songda.test").count == 6)
        await server.stop()
    }

    @Test(arguments: [MailboxProtocol.imap, .pop3])
    func `removed messages are gone and others stay`(_ kind: MailboxProtocol) async throws {
        let server = try await PrivateDovecot.start()
        let reader = MailboxReader(mailbox(server, kind))
        try store(1...4, server)
        let batch = try await reader.fetchNew()
        let doomed = [batch.messages[0].uid, batch.messages[2].uid]
        try await reader.remove(doomed, in: batch.cursor)
        #expect(server.files(of: "bounce@songda.test").count == 2)
        #expect(try await reader.fetchNew().messages.map(\.bytes) == [message(2), message(4)])
        // Again: already gone is no fault.
        try await reader.remove(doomed, in: batch.cursor)
        await server.stop()
    }

    @Test func `messages are moved to another IMAP folder`() async throws {
        let server = try await PrivateDovecot.start()
        let reader = MailboxReader(mailbox(server, .imap))
        try store(1...3, server)
        let batch = try await reader.fetchNew()
        await #expect(throws: MailboxFailure.self) {
            try await reader.remove([batch.messages[0].uid], in: batch.cursor, movingTo: "Missing")
        }
        #expect(mkdir(server.mailRoot.appending(path: "bounce@songda.test/.Done").path, 0o700) == 0)
        #expect(chown(server.mailRoot.appending(path: "bounce@songda.test/.Done").path, 65534, 65534) == 0)
        try await reader.remove([batch.messages[0].uid], in: batch.cursor, movingTo: "Done")
        #expect(server.files(of: "bounce@songda.test").count == 2)
        let done = MailboxReader(mailbox(server, .imap, folder: "Done"))
        #expect(try await done.fetchNew().messages.map(\.bytes) == [message(1)])
        await server.stop()
    }

    @Test func `a renumbered folder is read from the start and nothing is removed by old numbers`() async throws {
        let server = try await PrivateDovecot.start()
        let reader = MailboxReader(mailbox(server, .imap))
        try store(1...2, server)
        let batch = try await reader.fetchNew()
        let stale = MailboxCursor(validity: batch.cursor.validity &+ 1, lastUID: 2)
        #expect(try await reader.fetchNew(since: stale).messages.count == 2)
        await #expect(throws: MailboxFailure.self) { try await reader.remove(batch.messages.map(\.uid), in: stale) }
        #expect(server.files(of: "bounce@songda.test").count == 2)
        await server.stop()
    }

    @Test(arguments: [MailboxProtocol.imap, .pop3])
    func `a message over the limit comes cut off and marked`(_ kind: MailboxProtocol) async throws {
        let server = try await PrivateDovecot.start()
        let reader = MailboxReader(mailbox(server, kind))
        try server.store(message(1, lines: 5000), for: "bounce@songda.test")
        try store(2...2, server)
        let batch = try await reader.fetchNew(maxBytes: 1000)
        #expect(batch.messages.map(\.isTruncated) == [true, false])
        #expect(batch.messages[0].bytes.count <= 1000)
        #expect(batch.messages[0].bytes.starts(with: Array("Subject: number 1\r\n".utf8)))
        #expect(batch.messages[1].bytes == message(2))
        let whole = try await reader.fetchNew()
        #expect(whole.messages.first?.bytes == message(1, lines: 5000))
        await server.stop()
    }

    @Test func `mailboxes are read over TLS, and only from the right server`() async throws {
        let certificates = try await TestCertificates.make()
        let server = try await PrivateDovecot.start(identity: certificates.good)
        try store(1...1, server)
        for (kind, security) in [
            (MailboxProtocol.imap, MailSecurity.startTLSRequired), (.imap, .implicitTLS), (.pop3, .startTLSRequired),
        ] {
            let good = mailbox(server, kind, security: security, caFile: certificates.caFile, host: "localhost")
            #expect(try await MailboxReader(good).fetchNew().messages.count == 1)
            let bad = mailbox(server, kind, security: security, caFile: certificates.otherCAFile, host: "localhost")
            await #expect(throws: MailboxFailure.self) { try await MailboxReader(bad).fetchNew() }
        }
        await server.stop()
    }

    @Test func `a wrong password is a fault that does not show it`() async throws {
        let server = try await PrivateDovecot.start()
        // Dovecot's static passdb refuses it after a pause.
        let reader = MailboxReader(mailbox(server, .imap, password: "hunter2hunter2"))
        let fault = await #expect(throws: MailboxFailure.self) { try await reader.fetchNew() }
        #expect(fault.map { !"\($0)".contains("hunter2") } == true)
        await server.stop()
    }

    @Test func `a password is never sent in clear text to another machine`() async throws {
        let reader = MailboxReader(
            Mailbox(
                name: "far", kind: .imap, host: "192.0.2.1", port: 143, security: .clearText,
                credentials: MailCredentials(username: "a", password: "b")))
        let fault = await #expect(throws: MailboxFailure.self) { try await reader.fetchNew() }
        #expect(fault?.reason.contains("clear text") == true)
    }
}
