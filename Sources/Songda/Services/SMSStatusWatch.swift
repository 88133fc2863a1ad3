import Channels
import Curl
import Evidence
import Logging
import Notices

/// Asks SMS providers what became of messages: at once where an unsigned report claims something, and from time to time
/// where no report has come, while the provider still knows.
struct SMSStatusWatch: Sendable {
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
        stop.wakes(desk.claimed)
        while !stop.isStopped && !Task.isCancelled {
            try await confirmClaims(until: stop)
            _ = try await askOnce(until: stop)
            await desk.claimed.wait(.seconds(5))
        }
    }

    /// Asks about every message of which an unsigned report claims something and whose next question is due.
    ///
    /// A claim that is not asked about because we stop is asked about at its next time.
    func confirmClaims(until stop: StopSignal) async throws {
        var due: [DueClaim]
        repeat {
            due = try await store.takeDueClaims(now: clock.now, limit: 100)
            for claim in due where !stop.isStopped {
                // The question is asked once more even when patience is over: the answer may have come by now.
                let outcome = await ask(about: claim.message)
                if case .answered(let body, let parser) = outcome { _ = try await take(body, by: parser) }
                if case .cannotBeAsked(let why) = outcome, clock.now.since(claim.claimedAt) >= AwaitingReport.patience {
                    // Not earlier: the report may have overtaken the answer by which the provider can be asked.
                    try await desk.giveUp(claim, why: why)
                } else if clock.now.since(claim.claimedAt) >= DueClaim.patience {
                    // Nothing where the answer has settled it.
                    try await desk.giveUp(claim, why: "the provider has not said so within \(DueClaim.patience)")
                }
            }
        } while due.count == 100 && !stop.isStopped
    }

    /// Asks once about each message whose turn it is.
    ///
    /// One about which nobody can be asked is not looked at again: it must not stand before those that have an answer.
    func askOnce(until stop: StopSignal) async throws -> Int {
        let now = clock.now
        var answered = 0
        var waiting: [AwaitingReport]
        repeat {
            waiting = try await store.takeSilent(now: now, since: now.adding(.zero - Self.window), limit: 100)
            for one in waiting where !stop.isStopped {
                switch await ask(about: one) {
                case .answered(let body, let parser): answered += try await take(body, by: parser)
                case .cannotBeAsked: try await store.stopAsking(one.delivery.id)
                case .askAgain: break
                }
            }
        } while !waiting.isEmpty && !stop.isStopped
        return answered
    }

    private enum Outcome {
        case answered([UInt8], SMSStatusParser)
        case cannotBeAsked(String)
        case askAgain
    }

    private func ask(about one: AwaitingReport) async -> Outcome {
        guard let gateway = gateways[one.route] else {
            return .cannotBeAsked("the route \(one.route) is not configured any more")
        }
        do {
            let question = SMSStatusQuestion(
                providerID: one.reference, reference: one.delivery.messageKey,
                phone: try PhoneNumber(one.delivery.address.value), submittedAt: one.startedAt)
            let nonce = Hex.encode(SecureRandom.bytes(16))
            guard let request = try gateway.statusQuery(for: question, at: clock.now, nonce: nonce) else {
                return .cannotBeAsked("the provider does not answer about this message, or not any more")
            }
            let response = try await exchange.send(request)
            guard response.status == 200 else { return .askAgain }
            return .answered(response.body, SMSStatusParser(route: one.route, gateway: gateway, question: question))
        } catch let failure as HTTPFailure {
            logger.warning("sms status", metadata: ["route": "\(one.route)", "reason": "\(failure)"])
        } catch {
            logger.warning("sms status", metadata: ["route": "\(one.route)", "reason": "\(error)"])
        }
        return .askAgain
    }

    private func take(_ body: [UInt8], by parser: SMSStatusParser) async throws -> Int {
        do { return try await desk.take(body, by: parser).recorded } catch let error as SMSError {
            logger.warning("sms status", metadata: ["feed": "\(parser.feed)", "reason": "\(error)"])
            return 0
        }
    }
}
