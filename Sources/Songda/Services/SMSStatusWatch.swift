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
    /// A claim that is not asked about because we stop is asked about at its next time. A page at a time: its questions side
    /// by side, its answers in one transaction.
    func confirmClaims(until stop: StopSignal) async throws {
        var due: [DueClaim]
        repeat {
            due = try await store.takeDueClaims(now: clock.now, limit: Self.page)
            // The question is asked once more even when patience is over: the answer may have come by now.
            let asked = await askAll(due, about: \.message, until: stop)
            _ = try await take(asked.map(\.outcome))
            var givenUp: [(claim: DueClaim, why: String)] = []
            for (claim, outcome) in asked {
                let waited = clock.now.since(claim.claimedAt)
                if case .cannotBeAsked(let why) = outcome, waited >= AwaitingReport.patience {
                    // Not earlier: the report may have overtaken the answer by which the provider can be asked.
                    givenUp.append((claim, why))
                } else if waited >= DueClaim.patience {
                    // Nothing where the answer has settled it.
                    givenUp.append((claim, "the provider has not said so within \(DueClaim.patience)"))
                }
            }
            try await desk.giveUp(givenUp)
        } while due.count == Self.page && !stop.isStopped
    }

    /// Asks once about each message whose turn it is.
    ///
    /// One about which nobody can be asked is not looked at again: it must not stand before those that have an answer.
    func askOnce(until stop: StopSignal) async throws -> Int {
        let now = clock.now
        var answered = 0
        var waiting: [AwaitingReport]
        repeat {
            waiting = try await store.takeSilent(now: now, since: now.adding(.zero - Self.window), limit: Self.page)
            let asked = await askAll(waiting, about: \.self, until: stop)
            answered += try await take(asked.map(\.outcome))
            try await store.stopAsking(
                asked.compactMap { one -> DeliveryID? in
                    guard case .cannotBeAsked = one.outcome else { return nil }
                    return one.about.delivery.id
                })
        } while !waiting.isEmpty && !stop.isStopped
        return answered
    }

    /// Asked and answered in one go.
    private static let page = 100
    /// Questions under way at once; providers count them.
    private static let atOnce = 8

    /// The outcomes in the order of the page; what is left when we are told to stop is not asked.
    private func askAll<One: Sendable>(
        _ page: [One], about message: @Sendable (One) -> AwaitingReport, until stop: StopSignal
    ) async -> [(about: One, outcome: Outcome)] {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            var outcomes: [Int: Outcome] = [:]
            for (index, one) in page.enumerated() where !stop.isStopped {
                if index >= Self.atOnce, let (done, outcome) = await group.next() { outcomes[done] = outcome }
                let about = message(one)
                group.addTask { (index, await ask(about: about)) }
            }
            for await (done, outcome) in group { outcomes[done] = outcome }
            return page.enumerated().compactMap { index, one in outcomes[index].map { (one, $0) } }
        }
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

    private func take(_ outcomes: [Outcome]) async throws -> Int {
        let tally = try await desk.take(
            outcomes.compactMap { outcome -> (raw: [UInt8], parser: any ReceiptParser)? in
                guard case .answered(let body, let parser) = outcome else { return nil }
                return (body, parser)
            })
        for sentence in tally.unreadable { logger.warning("sms status", metadata: ["reason": "\(sentence)"]) }
        return tally.recorded
    }
}
