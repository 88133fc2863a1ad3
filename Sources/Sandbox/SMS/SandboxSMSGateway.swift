import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// An SMS gateway on loopback that sends nothing to anyone and behaves as told.
///
/// It speaks its own JSON interface (`POST /v1/messages`, `GET /v1/messages?reference=…`, described for clients by
/// `config/gateways/sandbox.yaml`) and the shapes of Aliyun's SendSms and Twilio's Messages. Receipts are posted to
/// the call-back address of the request or of the options, on this machine only.
public final class SandboxSMSGateway: Sendable {
    /// The fixed options of a gateway.
    public struct Options: Sendable {
        /// Loopback address to bind to.
        public var host = "127.0.0.1"
        /// 0 takes a free port.
        public var port = 0
        /// The bearer token its own interface asks for; nil asks for none.
        public var token: String?
        /// Where receipts go when the request names no address, as with Aliyun.
        public var callbackURL: String?
        /// Twilio's account, put into its receipts.
        public var account = "ACsandbox"
        /// Signs Twilio-shaped receipts: address and form fields in, header value out.
        public var twilioSigner: (@Sendable (_ url: String, _ fields: [(String, String)]) -> String)?
        /// When an unanswered or refused receipt is posted again.
        public var callbackRetries: [Duration] = [.seconds(1), .seconds(5)]
        /// How many messages and posted receipts stay in memory.
        public var keeps = 10_000
        /// Stands before the number in each message's name, see ``SandboxIdentity/startMark()``.
        public var mark = SandboxIdentity.startMark()
        /// Takes the defaults.
        public init() {}
    }

    private struct State: Sendable {
        var messages: [ReceivedSMS] = []
        var posted: [PostedReceipt] = []
        var count = 0
    }

    private let options: Options
    private let time: SandboxTime
    private let logger: Logger
    private let script = Script<SMSConduct>(otherwise: SMSConduct())
    private let listener = Listener()
    private let state = Mutex(State())
    private let callbackURL: Mutex<String?>

    /// Prepares a gateway; nothing is opened.
    public init(
        options: Options = Options(), time: SandboxTime = .system, logger: Logger = Logger(label: "songda.sandbox.sms")
    ) {
        self.options = options
        self.time = time
        self.logger = logger
        callbackURL = Mutex(options.callbackURL)
    }

    /// The port in use, or nil while stopped.
    public var port: Int? { listener.port }

    /// The messages in memory, oldest first.
    public var messages: [ReceivedSMS] { state.withLock { $0.messages } }

    /// How many messages were taken since the start.
    public var messageCount: Int { state.withLock { $0.count } }

    /// The receipts posted so far, oldest first.
    public var postedReceipts: [PostedReceipt] { state.withLock { $0.posted } }

    /// Adds a rule: how to behave towards numbers that match, and how many times; nil lasts.
    public func behave(_ conduct: SMSConduct, towards pattern: String = "*", times: Int? = nil) {
        script.add(conduct, towards: pattern, times: times)
    }

    /// Forgets every rule.
    public func behaveNormally() {
        script.removeAll()
    }

    /// Sets where receipts go when the request names no address.
    public func setCallbackURL(_ url: String?) {
        callbackURL.withLock { $0 = url }
    }

    /// Binds and serves until ``stop()``.
    public func start() async throws {
        try await listener.start(host: options.host, port: options.port) { channel in
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            try channel.pipeline.syncOperations.addHandler(
                PlainHTTPHandler { request, loop in self.answer(request, on: loop) })
        }
        logger.notice("\(SandboxIdentity.notice)", metadata: ["http": "\(options.host):\(port ?? 0)"])
    }

    /// Closes the socket and every connection; receipts not yet due are lost.
    public func stop() async throws {
        try await listener.stop()
    }

    private func answer(_ request: PlainRequest, on loop: any EventLoop) -> EventLoopFuture<PlainAnswer> {
        if request.path == "/v1/messages", let token = options.token,
            request.headers.first(name: "authorization") != "Bearer \(token)"
        {
            return loop.makeSucceededFuture(.whole(status: 401, body: Self.fault("the bearer token is wrong")))
        }
        if let status = statusAnswer(request) { return loop.makeSucceededFuture(status) }
        guard let submission = SMSDialect.submission(request) else {
            return loop.makeSucceededFuture(.whole(status: 400, body: Self.fault("this is no submission")))
        }
        let callback = submission.callback ?? callbackURL.withLock { $0 }
        if let callback, ReceiptPoster.Address(callback) == nil {
            return loop.makeSucceededFuture(
                .whole(
                    status: 400,
                    body: Self.fault("call-back is not http://127.0.0.1:port/… and a sandbox calls no other")))
        }
        let conduct = script.next(for: submission.phone)
        guard conduct.takes else {
            return loop.makeSucceededFuture(Self.refusal(conduct.behaviour, submission.dialect))
        }
        let sms = take(submission, callback: callback)
        let early = conduct.receipts.filter(\.beforeReply).map { post($0, sms, on: loop) }
        for receipt in conduct.receipts where !receipt.beforeReply { _ = post(receipt, sms, on: loop) }
        return EventLoopFuture.andAllComplete(early, on: loop).flatMap {
            Self.reply(conduct.behaviour, sms, on: loop)
        }
    }

    private func take(_ submission: SMSDialect.Submission, callback: String?) -> ReceivedSMS {
        state.withLock { state in
            state.count += 1
            let kind = submission.dialect == .twilio ? "SMsandbox" : SandboxIdentity.label
            let sms = ReceivedSMS(
                id: "\(kind)\(options.mark)\(state.count)", dialect: submission.dialect, phone: submission.phone,
                text: submission.text, signature: submission.signature, reference: submission.reference,
                callback: callback, receivedAt: time.seconds())
            state.messages.append(sms)
            if state.messages.count > options.keeps { state.messages.removeFirst() }
            return sms
        }
    }

    private static func refusal(_ behaviour: SMSConduct.Behaviour, _ dialect: ReceivedSMS.Dialect) -> PlainAnswer {
        switch behaviour {
        case .errorBody(let code, let message):
            .whole(status: 200, body: SMSDialect.error(dialect, code: code, message: message))
        case .status(let status, let retryAfter):
            .whole(
                status: status, headers: retryAfter.map { [("Retry-After", String($0))] } ?? [],
                body: fault("scripted \(status)"))
        case .redirect(let target): .whole(status: 302, headers: [("Location", target)], body: [])
        default: preconditionFailure("only behaviours that take nothing come here")
        }
    }

    private static func reply(
        _ behaviour: SMSConduct.Behaviour, _ sms: ReceivedSMS, on loop: any EventLoop
    ) -> EventLoopFuture<PlainAnswer> {
        let (status, body) = SMSDialect.accepted(sms)
        switch behaviour {
        case .lostReply: return loop.makeSucceededFuture(.drop)
        case .late(let wait):
            return loop.scheduleTask(in: TimeAmount(wait)) { .whole(status: status, body: body) }.futureResult
        case .truncatedBody: return loop.makeSucceededFuture(.half(status: status, body: body))
        case .truncatedJSON:
            return loop.makeSucceededFuture(.whole(status: status, body: Array(body.dropLast(3))))
        case .oversizedBody(let count):
            return loop.makeSucceededFuture(.whole(status: status, body: [UInt8](repeating: 0x20, count: count)))
        case .brokenGzip:
            let noise = (0..<512).map { _ in UInt8.random(in: 0...255) }
            return loop.makeSucceededFuture(
                .whole(status: status, headers: [("Content-Encoding", "gzip")], body: [0x1F, 0x8B] + noise))
        default: return loop.makeSucceededFuture(.whole(status: status, body: body))
        }
    }

    /// Posts one receipt, all its copies one after the other.
    private func post(
        _ receipt: SMSConduct.Receipt, _ sms: ReceivedSMS, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        loop.flatScheduleTask(in: TimeAmount(receipt.after)) { [self] in
            let now = time.seconds()
            state.withLock { state in
                guard let index = state.messages.lastIndex(where: { $0.id == sms.id }) else { return }
                state.messages[index].state = receipt.state
                state.messages[index].reportedAt = now
            }
            guard let callback = sms.callback, let address = ReceiptPoster.Address(callback) else {
                return loop.makeSucceededVoidFuture()
            }
            let (body, mediaType, fields) = SMSDialect.receipt(sms, receipt, at: now, account: options.account)
            var headers = [("Content-Type", mediaType)]
            if sms.dialect == .twilio, let signer = options.twilioSigner {
                headers.append(("X-Twilio-Signature", signer(callback, fields)))
            }
            return (0..<receipt.copies).reduce(loop.makeSucceededVoidFuture()) { [headers] before, _ in
                before.flatMap {
                    self.attempt(
                        body, headers, address, sms.id, receipt.state, retries: self.options.callbackRetries[...],
                        on: loop)
                }
            }
        }.futureResult
    }

    private func attempt(
        _ body: [UInt8], _ headers: [(String, String)], _ address: ReceiptPoster.Address, _ id: String,
        _ reported: SMSConduct.Receipt.State, retries: ArraySlice<Duration>, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        ReceiptPoster.post(body, headers: headers, to: address, on: loop).flatMap { [self] status in
            state.withLock { state in
                state.posted.append(PostedReceipt(id: id, state: reported, status: status))
                if state.posted.count > options.keeps { state.posted.removeFirst() }
            }
            let answer: Logger.MetadataValue = "\(status.map(String.init) ?? "none")"
            logger.info("\(SandboxIdentity.label) posted a receipt", metadata: ["id": "\(id)", "answer": answer])
            guard status.map({ (200..<300).contains($0) }) != true, let wait = retries.first else {
                return loop.makeSucceededVoidFuture()
            }
            // A retry outlives the wait of a receipt that comes before the reply: the first post decides that.
            loop.scheduleTask(in: TimeAmount(wait)) {
                _ = self.attempt(body, headers, address, id, reported, retries: retries.dropFirst(), on: loop)
            }
            return loop.makeSucceededVoidFuture()
        }
    }

    private func statusAnswer(_ request: PlainRequest) -> PlainAnswer? {
        if request.method == "GET", request.path == "/v1/messages" {
            let reference = request.query("reference")
            let found = messages.filter { $0.dialect == .json && $0.reference == reference }
            return .whole(status: 200, body: SMSDialect.status(found))
        }
        if request.headers.first(name: "x-acs-action") == "QuerySendDetails" {
            let phone = FormFields(request.body)["PhoneNumber"]
            let found = messages.filter { $0.dialect == .aliyun && $0.phone == phone }
            return .whole(status: 200, body: SMSDialect.aliyunDetails(found))
        }
        if request.method == "GET", request.path.hasPrefix("/2010-04-01/Accounts/"),
            let name = request.path.split(separator: "/").last
        {
            guard let sms = messages.first(where: { $0.dialect == .twilio && "\($0.id).json" == name }) else {
                return .whole(status: 404, body: SMSDialect.error(.twilio, code: "20404", message: "not found"))
            }
            return .whole(status: 200, body: SMSDialect.twilioMessage(sms))
        }
        return nil
    }

    private static func fault(_ text: String) -> [UInt8] {
        SMSDialect.error(.json, code: SandboxIdentity.label, message: text)
    }
}
