import CCurl

/// One connection to a relay: libcurl opens it, and from then on the dialogue is ours.
///
/// libcurl's own SMTP blocks every other transfer while a server thinks about the final dot, hands late replies to the next
/// message and cannot ask for delivery reports; hence only DNS, TCP, STARTTLS and AUTH are its work.
/// Lives on one worker thread.
final class MailSession {
    let relay: MailRelay
    let opening: SMTPOpening
    let link: SMTPLink
    let peer: MailPeer
    let certificatePEM: String?
    /// The last transaction left MAIL or RCPT standing: the next one begins with RSET.
    var needsReset = false
    private(set) var messageCount = 0
    private let handle: EasyHandle

    /// A relay that could not be used: what happened, and what the server said until then.
    struct OpenFault: Error {
        let outcome: MailOutcome
        let lines: [TranscriptLine]
        let ip: String?
    }

    /// Connects, protects the connection, logs in.
    init(_ relay: MailRelay, interrupt: Interrupt) throws(OpenFault) {
        let opening = SMTPOpening(timeouts: relay.timeouts, interrupt: interrupt)
        if let fault = Self.fault(in: relay) { throw Self.failure(fault, .connect, opening, nil) }
        guard let handle = EasyHandle() else {
            throw Self.failure("libcurl has no memory for a connection", .connect, opening, nil)
        }
        Self.configure(handle, for: relay)
        opening.attach(to: handle)
        guard handle.optionFault == nil else {
            throw Self.failure(handle.optionFault ?? "", .connect, opening, nil)
        }
        let code = curl_easy_perform(handle.raw)
        opening.detach(from: handle)
        let ip = handle.string(CURLINFO_PRIMARY_IP)
        guard code == CURLE_OK, let socket = handle.socket else {
            let reason = opening.abortReason ?? Self.explain(code, handle, opening)
            throw Self.failure(reason, Self.phase(of: code, opening), opening, ip)
        }
        // libcurl goes on without a login when the server offers none it knows.
        guard relay.credentials == nil || opening.isLoggedIn else {
            throw Self.failure("the server offers no login that fits; check the relay's port", .auth, opening, ip)
        }
        self.relay = relay
        self.opening = opening
        self.handle = handle
        let usesTLS = relay.security != .clearText
        certificatePEM = usesTLS ? handle.peerCertificatePEM : nil
        peer = MailPeer(host: relay.host, ip: ip, port: relay.port)
        link = SMTPLink(handle: handle, socket: socket, interrupt: interrupt, usesTLS: usesTLS)
    }

    /// Says goodbye; only for a session whose last transaction ended well.
    func quit() {
        // The connection goes away whether or not the server answers, so a failure changes nothing.
        _ = try? link.send(Array("QUIT\r\n".utf8), before: .after(.seconds(1)))
        _ = try? link.reply(before: .after(.seconds(1)))
    }

    func countMessage() { messageCount += 1 }

    private static func configure(_ handle: EasyHandle, for relay: MailRelay) {
        let scheme = relay.security == .implicitTLS ? "smtps" : "smtp"
        // The path of an SMTP URL is the name given in EHLO.
        let host = relay.host.contains(":") ? "[\(relay.host)]" : relay.host
        handle.set(CURLOPT_URL, "\(scheme)://\(host):\(relay.port)/\(relay.ehloName)")
        handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        handle.set(CURLOPT_CONNECT_ONLY, 1)
        handle.set(CURLOPT_TCP_NODELAY, 1)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        // ALL: without STARTTLS there is no mail. TRY would go on in clear text.
        let needsTLS = relay.security != .clearText
        handle.set(CURLOPT_USE_SSL, Int(needsTLS ? CURLUSESSL_ALL.rawValue : CURLUSESSL_NONE.rawValue))
        handle.requireVerifiedTLS(caFile: relay.caFile)
        handle.set(CURLOPT_CERTINFO, 1)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, relay.timeouts.connect.milliseconds)
        // Ours end the wait first and know why; libcurl's defaults must not end it earlier.
        let longest = max(relay.timeouts.greeting, relay.timeouts.command)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, longest.milliseconds / 1000 + 5)
        guard let credentials = relay.credentials else { return }
        handle.set(CURLOPT_USERNAME, credentials.username)
        handle.set(CURLOPT_PASSWORD, credentials.password)
    }

    /// What in a relay's description must not reach libcurl, which would put line ends on the wire.
    private static func fault(in relay: MailRelay) -> String? {
        let isHostByte = { (byte: UInt8) in
            byte.isDigit || (0x61...0x7A).contains(byte | 0x20) || "-.:_".utf8.contains(byte)
        }
        guard !relay.host.isEmpty, relay.host.utf8.allSatisfy(isHostByte) else {
            return "relay host \(Quoted(relay.host.utf8)) is not a host name"
        }
        guard !relay.ehloName.isEmpty, relay.ehloName.utf8.allSatisfy(isHostByte) else {
            return "EHLO name \(Quoted(relay.ehloName.utf8)) is not a host name"
        }
        guard (1...65535).contains(relay.port) else { return "relay port \(relay.port) is not a port (1–65535)" }
        guard relay.credentials == nil || relay.security != .clearText else {
            return "relay \(relay.name) has a password but no TLS; use startTLSRequired or implicitTLS"
        }
        return nil
    }

    private static func failure(
        _ reason: String, _ phase: MailPhase, _ opening: SMTPOpening, _ ip: String?
    ) -> OpenFault {
        // A server that says no before MAIL says it to us, not to the recipient: always worth another try.
        let reply = opening.lastReply.flatMap { $0.code >= 400 ? $0 : nil }
        return OpenFault(outcome: .deferred(reason: reason, reply: reply, phase: phase), lines: opening.lines, ip: ip)
    }

    private static func phase(of code: CURLcode, _ opening: SMTPOpening) -> MailPhase {
        switch code {
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_SHUTDOWN_FAILED:
            .tls
        case CURLE_LOGIN_DENIED: .auth
        default: opening.phase
        }
    }

    private static func explain(_ code: CURLcode, _ handle: EasyHandle, _ opening: SMTPOpening) -> String {
        let reason = handle.reason(code)
        switch code {
        case CURLE_USE_SSL_FAILED:
            return "STARTTLS is required and the server does not offer it; nothing was sent in clear text (\(reason))"
        case CURLE_LOGIN_DENIED: return "the server refused the login: \(opening.lastReply?.text ?? reason)"
        default:
            guard let reply = opening.lastReply, reply.code >= 400 else { return reason }
            return "\(reply.text) (\(reason))"
        }
    }
}
