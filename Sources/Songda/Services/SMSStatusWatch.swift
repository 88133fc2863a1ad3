import Channels
import Curl
import Evidence
import Logging
import Notices

/// Asks SMS providers what became of messages whose report has not come, while the provider still knows (30 days).
struct SMSStatusWatch: Sendable {
    /// A message is left alone for this long before its provider is asked.
    static let patience = Duration.seconds(300)
    /// Providers forget; Aliyun after 30 days.
    static let window = Duration.seconds(29 * 86_400)

    let gateways: [RouteID: any SMSGateway]
    let exchange: HTTPExchange
    let desk: ReceiptDesk
    let store: any ReceiptStore
    let clock: any WallClock
    let logger: Logger

    /// Asks until told to stop.
    func run(until stop: StopSignal) async throws {
        let tick = Poke()
        stop.wakes(tick)
        while !stop.isStopped && !Task.isCancelled {
            _ = try await askOnce()
            await tick.wait(.seconds(600))
        }
    }

    /// Asks once about each message that is old enough.
    func askOnce() async throws -> Int {
        let now = clock.now
        var answered = 0
        let waiting = try await store.awaitingReport(
            channel: .sms, acceptedAfter: now.adding(.zero - Self.window), limit: 500)
        for one in waiting where now.since(one.startedAt) >= Self.patience {
            guard let gateway = gateways[one.route] else { continue }
            do {
                let question = SMSStatusQuestion(
                    providerID: one.reference, reference: one.delivery.messageKey,
                    phone: try PhoneNumber(one.delivery.address.value), submittedAt: one.startedAt)
                let nonce = Hex.encode(SecureRandom.bytes(16))
                guard let request = try gateway.statusQuery(for: question, at: now, nonce: nonce) else { continue }
                let response = try await exchange.send(request)
                guard response.status == 200 else { continue }
                let parser = SMSStatusParser(route: one.route, gateway: gateway, question: question)
                answered += try await desk.take(response.body, by: parser).recorded
            } catch let failure as HTTPFailure {
                logger.warning("sms status", metadata: ["route": "\(one.route)", "reason": "\(failure)"])
            } catch let error as SMSError {
                logger.warning("sms status", metadata: ["route": "\(one.route)", "reason": "\(error)"])
            }
        }
        return answered
    }
}
