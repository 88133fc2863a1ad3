import Evidence
import Hummingbird
import Notices
import People

/// What the watchers of clients have found: bulk viewing, and clients that stopped ordering after they changed hands.
struct AlertPages: Sendable {
    let services: ConsoleServices
    let templates: PageTemplates

    var endpoints: [Endpoint] {
        [Endpoint(.get, Site.alertList, .peoplePages, bodyLimit: 0, style: .page, answer: list)]
    }

    struct ListPage: Sendable {
        let frame: Frame
        let w: [String: String]
        let rows: [Row]
        let isEmpty: Bool
        let next: String?
        let rules: String
    }

    struct Row: Sendable {
        let kind: String
        let at: String
        let since: String
        let subject: String
        let href: String?
        let person: String
        let count: Int
        let rule: String
        let told: Int
        let reason: String?
    }

    private func list(_ call: Call) async throws -> Reply {
        let query = try call.query(["lang", "cursor"])
        let actor = try await services.signedInActor(call)
        let make = PageMaker(call, templates)
        let desk = services.people.clients
        let limit = 40
        let found = try await desk.alerts(
            kind: nil, before: try call.cursor(in: query), limit: limit + 1, by: actor)
        let names = try await services.names(found.compactMap(\.person))
        let rules = try desk.accessRules(by: actor).rules
        let frame = make.frame(make.word("alerts"))
        return make.reply(
            "alerts",
            ListPage(
                frame: frame, w: frame.w,
                rows: found.prefix(limit).map { alert in
                    Row(
                        kind: make.word("alert_\(alert.kind.rawValue)"), at: make.time(alert.at),
                        since: make.time(alert.since), subject: alert.subject,
                        href: alert.kind != .bulkAccess ? Site.page(client: ClientID(alert.subject)) : nil,
                        person: names[alert.person], count: alert.count, rule: alert.rule, told: alert.notices,
                        reason: alert.reason)
                }, isEmpty: found.isEmpty,
                next: PageMaker.next(Site.alertList, query, cursor: found.count > limit ? found[limit - 1].id : nil),
                rules: make.word("alerts_rules").replacing("{records}", with: "\(rules.bulkRecords)")
                    .replacing("{minutes}", with: "\(rules.bulkMinutes)")
                    .replacing("{months}", with: "\(rules.lostMonths)")))
    }
}
