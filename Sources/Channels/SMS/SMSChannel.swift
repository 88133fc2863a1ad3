import Curl
import Evidence
import Notices

/// Hands short messages to one gateway and says what was observed.
///
/// It makes exactly one request and never repeats it: what may have been taken is `unknown` and is cleared up by
/// a status question. Whatever the text breaks is refused here, before anything leaves.
public struct SMSChannel: Channel {
    /// Carries out one HTTP request.
    public typealias Send = @Sendable (HTTPRequest) async throws(HTTPFailure) -> HTTPResponse

    /// SMS.
    public let kind = ChannelKind.sms
    /// The configured name of this gateway.
    public let route: RouteID
    /// The provider's adapter, which also reads the call-backs.
    public let gateway: any SMSGateway
    private let send: Send
    private let clock: any WallClock

    /// Joins an adapter with the network.
    public init(route: RouteID, gateway: any SMSGateway, clock: any WallClock, send: @escaping Send) {
        self.route = route
        self.gateway = gateway
        self.clock = clock
        self.send = send
    }

    /// Joins an adapter with libcurl.
    public init(route: RouteID, gateway: any SMSGateway, clock: any WallClock, exchange: HTTPExchange) {
        self.init(route: route, gateway: gateway, clock: clock) { request throws(HTTPFailure) in
            try await exchange.send(request)
        }
    }

    /// Checks the text, submits it once and reads the answer.
    public func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        let message: SMSMessage
        let shown: SMSText
        let request: HTTPRequest
        do {
            (message, shown) = try checked(parcel)
            request = try gateway.request(for: message, at: clock.now, nonce: SecureRandom.uuid(at: clock.now))
        } catch {
            return notSubmitted(error)
        }
        var transcript = SMSTranscript(secrets: gateway.secrets, text: message.text, units: shown.units)
        transcript.record(request)
        let verdict: SMSVerdict
        do throws(HTTPFailure) {
            let response = try await send(request)
            transcript.record(response)
            verdict = gateway.verdict(on: response, to: message)
        } catch {
            transcript.record(error)
            verdict = Self.verdict(on: error)
        }
        var facts: [String: JSONValue] = [
            "alphabet": .string(shown.alphabet.rawValue), "parts": .integer(Int64(shown.parts.count)),
            "units": .integer(Int64(shown.units)), "signature": .string(message.signature),
            "clientReference": .string(message.reference), "providerCode": .string(verdict.providerCode),
            "requestBodySHA256": .string(SHA256.hash(request.body).hex),
        ]
        if let parts = verdict.parts { facts["partsByProvider"] = .integer(Int64(parts)) }
        return DeliveryOutcome(
            verdict.result, reasonCode: verdict.reasonCode, peer: gateway.name, transcript: transcript.lines,
            facts: facts, parts: verdict.parts ?? shown.parts.count, blamesRoute: verdict.blamesRoute)
    }

    /// The parcel in the words of a gateway, its phone and text checked.
    func checked(_ parcel: Parcel) throws(SMSError) -> (SMSMessage, SMSText) {
        let phone = try PhoneNumber(parcel.address)
        let key = parcel.messageKey
        guard !key.isEmpty, key.utf8.count <= 128, key.utf8.allSatisfy(Self.isLetterOrDigit) else {
            throw SMSError(
                .message, "client reference \(SMSError.quoted(key)) must be 1 to 128 ASCII letters and digits")
        }
        let text = try gateway.rules.check(parcel.content.smsText, signature: parcel.sender.smsSignature)
        let message = SMSMessage(
            phone: phone, text: text.submitted, signature: parcel.sender.smsSignature, reference: key,
            language: parcel.language,
            fields: [
                "number": parcel.noticeNumber, "issuer": parcel.sender.name, "recipient": parcel.recipientName,
            ])
        return (message, text.shown)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private func notSubmitted(_ error: SMSError) -> DeliveryOutcome {
        let code: DeliveryOutcome.ReasonCode = error.code == .phoneNumber ? .addressInvalid : .policy
        guard error.code == .configuration || error.code == .message else {
            return DeliveryOutcome(
                .refused(reason: error.reason), reasonCode: code, peer: gateway.name,
                transcript: ["nothing was sent: \(error.reason)"])
        }
        // The route is set up wrongly: the message waits for the operator instead of being lost.
        return DeliveryOutcome(
            .deferred(reason: error.reason, after: nil), reasonCode: .policy, peer: gateway.name,
            transcript: ["nothing was sent: \(error.reason)"], blamesRoute: true)
    }

    private static func verdict(on failure: HTTPFailure) -> SMSVerdict {
        switch failure {
        case .notSent(let reason):
            SMSVerdict(.deferred(reason: reason, after: nil), .connection, blamesRoute: true)
        case .unknown(let reason), .responseTooLarge(let reason):
            SMSVerdict(.unknown(reason: reason), .connection, blamesRoute: true)
        }
    }
}
