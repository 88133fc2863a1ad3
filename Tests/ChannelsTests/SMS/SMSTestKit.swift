import Curl
import Evidence
import Foundation
import NIOCore
import Notices
import Synchronization

@testable import Channels
@testable import Sandbox

/// A clock that stands still.
struct StoppedClock: WallClock {
    var now = Timestamp(rfc3339: "2026-11-21T10:32:05.123456Z") ?? Timestamp(microseconds: 0)
    func sleep(until: Timestamp) async throws {}
}

extension Parcel {
    /// A parcel with every field defaulted.
    static func sms(
        to address: String = "13800138000", text: String = "您有一份重要人事文书，编号SD-1，请登录人事系统查阅", key: String = "k8f3q2m7",
        signature: String = "示例公司"
    ) -> Parcel {
        Parcel(
            delivery: DeliveryID("d1"), notice: NoticeID("n1"), noticeNumber: "SD-20261121-7F3K-9Q2M", attempt: 1,
            address: address, recipientName: "张三",
            sender: Parcel.Sender(name: "示例有限公司", mailbox: "hr@example.test", smsSignature: signature),
            language: "zh-CN",
            content: ParcelContent(subject: "", emailMarkdown: "", smsText: text, attachments: []),
            date: StoppedClock().now, messageKey: key)
    }
}

extension SMSMessage {
    /// A message with every field defaulted.
    static func example(text: String = "您有一份文书", reference: String = "k8f3q2m7") throws -> SMSMessage {
        SMSMessage(
            phone: try PhoneNumber("13800138000"), text: text, signature: "示例公司", reference: reference,
            fields: ["number": "SD-1", "issuer": "示例有限公司", "recipient": "张\"三"])
    }
}

extension HTTPResponse {
    static func json(_ text: String, status: Int = 200, headers: [HTTPHeader] = []) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }
}

extension HTTPRequest {
    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The shipped descriptions, read from the repository.
enum Shipped {
    static func description(_ name: String) throws -> GatewayDescription {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "config/gateways/\(name).yaml"), encoding: .utf8)
        return try GatewayDescription(yaml: text, file: "config/gateways/\(name).yaml")
    }

    static func sandbox(port: Int?, callback: String = "http://127.0.0.1:1/none") throws -> GenericGateway {
        try GenericGateway(
            description: description("sandbox"),
            settings: ["url": "http://127.0.0.1:\(port ?? 0)", "callback": callback], secrets: ["token": "s3cret-token"]
        )
    }
}

/// A loopback server that keeps what is posted to it.
final class Catcher: Sendable {
    private let listener = Listener()
    private let caught = Mutex<[PlainRequest]>([])
    private let status: Int

    init(status: Int = 200) {
        self.status = status
    }

    var requests: [PlainRequest] { caught.withLock { $0 } }
    var url: String { "http://127.0.0.1:\(listener.port ?? 0)/receipts/secret" }

    func start() async throws {
        try await listener.start(host: "127.0.0.1", port: 0) { channel in
            try channel.pipeline.syncOperations.configureHTTPServerPipeline()
            try channel.pipeline.syncOperations.addHandler(
                PlainHTTPHandler { request, loop in
                    self.caught.withLock { $0.append(request) }
                    return loop.makeSucceededFuture(.whole(status: self.status, body: []))
                })
        }
    }

    func stop() async throws { try await listener.stop() }

    /// What was posted, as our call-back reader gets it.
    var callbacks: [SMSCallback] {
        requests.map { request in
            SMSCallback(
                url: url, headers: request.headers.map { HTTPHeader(name: $0.name, value: $0.value) },
                body: request.body)
        }
    }
}

/// Waits until a condition holds, at most ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<1_000 where !condition() {
        guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { break }  // cancelled: look once more
    }
    return condition()
}

/// Runs a body with a sandbox gateway, a catcher and a channel between them; stops everything afterwards.
func withSandbox(
    catcherStatus: Int = 200, _ body: (SandboxSMSGateway, Catcher, SMSChannel, HTTPExchange) async throws -> Void
) async throws {
    var options = SandboxSMSGateway.Options()
    options.token = "s3cret-token"
    options.callbackRetries = [.milliseconds(50)]
    options.mark = ""
    let peer = SandboxSMSGateway(options: options)
    let catcher = Catcher(status: catcherStatus)
    let exchange = HTTPExchange()
    try await peer.start()
    try await catcher.start()
    do {
        let gateway = try Shipped.sandbox(port: peer.port, callback: catcher.url)
        let channel = SMSChannel(route: RouteID("main"), gateway: gateway, clock: StoppedClock()) {
            request throws(HTTPFailure) in
            var request = request
            request.timeout = .milliseconds(700)
            return try await exchange.send(request)
        }
        try await body(peer, catcher, channel, exchange)
    } catch {
        exchange.shutdown()
        try await peer.stop()
        try await catcher.stop()
        throw error
    }
    exchange.shutdown()
    try await peer.stop()
    try await catcher.stop()
}
