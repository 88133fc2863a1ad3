import Synchronization

/// What all connections of one sandbox mail server share: the script, the messages taken, the way to the mailbox.
final class PostOffice: Sendable {
    private struct State: Sendable {
        var mails: [ReceivedMail] = []
        var bytes = 0
        var count = 0
    }

    /// How much is kept in memory; older messages are dropped first, the spool keeps them.
    struct Cap: Sendable {
        var messages: Int
        var bytes: Int
    }

    let script = Script<MailConduct>(otherwise: MailConduct())
    let maximumSize: Int
    private let cap: Cap
    private let time: SandboxTime
    private let spool: Spool?
    private let state = Mutex(State())

    /// The number of the last message of earlier runs, whose files are kept.
    private let before: Int

    init(cap: Cap, maximumSize: Int, time: SandboxTime, spool: Spool?) throws {
        before = try spool?.lastNumber() ?? 0
        self.cap = cap
        self.maximumSize = maximumSize
        self.time = time
        self.spool = spool
    }

    var mails: [ReceivedMail] { state.withLock { $0.mails } }
    var count: Int { state.withLock { $0.count } }

    /// Keeps a message; throws when the spool cannot be written, so that the server answers 451 and not 250.
    func take(_ envelope: SMTPSession.Envelope, bytes: [UInt8]) throws -> ReceivedMail {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let mail = ReceivedMail(
            id: "\(SandboxIdentity.label)\(before + number)", receivedAt: time.seconds(), helo: envelope.helo,
            sender: envelope.sender,
            envelopeID: envelope.envelopeID, recipients: envelope.recipients.map(\.recipient), bytes: bytes)
        try spool?.write(mail)
        state.withLock { state in
            state.mails.append(mail)
            state.bytes += bytes.count
            while state.mails.count > cap.messages || (state.bytes > cap.bytes && state.mails.count > 1) {
                state.bytes -= state.mails.removeFirst().bytes.count
            }
        }
        return mail
    }
}
