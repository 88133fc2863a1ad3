import Evidence
import Notices

/// What was set aside because it crashed its worker or cannot be read, and how it is let go on.
struct QuarantineAPI: Sendable {
    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, Site.quarantine, .key([.read, .administer]), answer: list),
            Endpoint(.post, Site.release, .scope(.administer), answer: releaseNotice),
            Endpoint(.post, Site.deliveryRelease, .scope(.administer), answer: releaseDelivery),
        ]
    }

    /// Few at any time: a page of each kind is answered whole, and says whether there are more.
    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["afterNotice", "afterDelivery", "limit"])
        let limit = try Page(query).limit
        let desk = services.pipeline.operate
        let notices = try await desk.quarantinedNotices(
            after: query["afterNotice"].map { NoticeID($0) }, limit: limit + 1)
        let deliveries = try await desk.quarantinedDeliveries(
            after: query["afterDelivery"].map { DeliveryID($0) }, limit: limit + 1)
        return .json(
            .object([
                "notices": .array(notices.prefix(limit).map(\.json)), "moreNotices": .bool(notices.count > limit),
                "deliveries": .array(deliveries.prefix(limit).map(\.json)),
                "moreDeliveries": .bool(deliveries.count > limit),
            ]))
    }

    private func releaseNotice(_ call: Call) async throws -> Reply {
        let name = try call.parameter("notice")
        let found =
            name.hasPrefix("SD-")
            ? try await services.reader.notice(number: name) : try await services.reader.notice(NoticeID(name))
        guard let found else { throw NoticeError(.notFound, "there is no notice \"\(shortened(name))\"") }
        try await services.pipeline.operate.release(found.id, reason: try call.reason(), by: call.principal)
        guard let released = try await services.reader.notice(found.id) else {
            throw NoticeError(.notFound, "there is no notice \"\(shortened(name))\"")
        }
        return .json(released.json)
    }

    private func releaseDelivery(_ call: Call) async throws -> Reply {
        let released = try await services.pipeline.operate.release(
            DeliveryID(try call.parameter("delivery")), reason: try call.reason(), by: call.principal)
        return .json(released.json)
    }
}

extension Call {
    /// The one field of a request that asks for nothing but a reason.
    func reason() throws -> String {
        var reader = ObjectReader(body: try json())
        let reason = reader.text("reason", maximum: 2000)
        try reader.finish()
        guard let reason else { throw reader.refusal }
        return reason
    }
}

extension QuarantinedNotice {
    fileprivate var json: JSONValue {
        .object([
            "notice": .string(notice.rawValue), "number": .string(number), "kind": .string(kind),
            "reason": .string(reason), "since": since.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}

extension QuarantinedDelivery {
    fileprivate var json: JSONValue {
        .object([
            "delivery": .string(delivery.id.rawValue), "notice": .string(delivery.notice.rawValue),
            "number": .string(number), "person": .string(delivery.person.rawValue),
            "channel": .string(delivery.address.channel.rawValue), "state": .string(delivery.state.rawValue),
            "attempts": .integer(Int64(delivery.attempts)), "reason": .string(reason),
            "since": since.map { .string($0.rfc3339) } ?? .null,
        ])
    }
}

extension RoutePause {
    /// Who decided what, when and why.
    var json: JSONValue {
        .object([
            "paused": .bool(isPaused), "by": by.facts, "reason": .string(reason), "at": .string(at.rfc3339),
        ])
    }
}
