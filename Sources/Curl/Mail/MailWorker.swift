/// One thread of a pool and its connection.
final class MailWorker: @unchecked Sendable {
    // Sendable: `session` belongs to the thread in `run`; others only touch the thread-safe `interrupt`.
    let interrupt = Interrupt()
    private let pool: MailPoolCore
    private var session: MailSession?

    init(pool: MailPoolCore) { self.pool = pool }

    /// Delivers until there is nothing to do for a while.
    func run() {
        while let job = pool.nextJob(for: self) {
            pool.finish(job, by: self, deliver(job.mail))
        }
        session?.quit()
        session = nil
        pool.ended()
    }

    private func deliver(_ mail: CheckedMail) -> MailDelivery {
        retireSession()
        if let session {
            let (delivery, neverBegan) = transact(mail, on: session, isReused: true)
            // The server had hung up before it heard of this message, so nothing happens twice.
            guard neverBegan, !interrupt.isDue else { return delivery }
        }
        do {
            let fresh = try MailSession(pool.relay, interrupt: interrupt)
            session = fresh
            return transact(mail, on: fresh, isReused: false).delivery
        } catch {
            return MailDelivery(
                outcome: error.outcome, transcript: error.lines, opening: error.lines,
                peer: MailPeer(host: pool.relay.host, ip: error.ip, port: pool.relay.port))
        }
    }

    /// Lets go of a connection that the server has left or that has carried enough.
    private func retireSession() {
        guard let session else { return }
        if session.link.hasUnexpectedInput() {
            self.session = nil
        } else if session.messageCount >= pool.messagesPerConnection {
            session.quit()
            self.session = nil
        }
    }

    private func transact(
        _ mail: CheckedMail, on session: MailSession, isReused: Bool
    ) -> (delivery: MailDelivery, neverBegan: Bool) {
        var transaction = MailTransaction(mail, on: session)
        let outcome = transaction.run()
        // After any doubt about the protocol the connection goes, so that no late reply meets another message.
        if !transaction.keepsSession { self.session = nil }
        let delivery = MailDelivery(
            outcome: outcome, transcript: transaction.transcript, opening: session.opening.lines,
            offeredDSN: session.opening.offers("DSN"), peer: session.peer,
            usedTLS: pool.relay.security != .clearText, tlsCertificatePEM: session.certificatePEM,
            reusedConnection: isReused)
        return (delivery, transaction.neverBegan)
    }
}
