import Evidence
import Notices
import People
import TestSupport

/// A saleswoman who leaves, with two clients, two open orders, a promise, a project and two devices; and everybody around.
struct Departing {
    let gateway: TestGateway
    let leaver: PersonID
    let successor: PersonID
    let head: PersonID
    let officer: PersonID
    var id = HandoverID("")

    var desk: HandoverDesk { gateway.people.handover }

    /// - Parameters:
    ///   - position: the leaver's.
    ///   - state: where the leaver's employment begins; onboarding begins today.
    init(
        _ gateway: TestGateway, position: String = "销售经理", state: EmploymentState = .active
    ) async throws {
        self.gateway = gateway
        gateway.mail.alwaysAccepts()
        gateway.sms.alwaysAccepts()
        head = try await gateway.employee("赵经理", id: "p-head", unit: "hq")
        try await gateway.unit("hq", manager: head)
        let hired = state == .onboarding ? CivilDate(inChina: gateway.clock.now) : CivilDate(dayNumber: 19_000)
        leaver = try await gateway.employee(
            "王女士", id: "p-wang", unit: "hq", position: position, state: state, hiredOn: hired)
        successor = try await gateway.employee("李经理", id: "p-li", unit: "hq")
        officer = try await gateway.employee("陈人事", id: "p-chen", unit: "admin", roles: [.hr])
    }

    /// Clients, orders, a promise, a project, devices and documents of the leaver.
    func stock() async throws {
        for number in ["C-1", "C-2"] {
            try await gateway.client("客户\(number)", number: number, owner: leaver)
        }
        try await gateway.order("O-1", of: "C-1", yuan: 12_000)
        try await gateway.order("O-2", of: "C-2", yuan: 3_000)
        _ = try await gateway.people.clients.record(
            ClientEventUpdate(
                client: "C-1", source: "crm", externalID: "F-1", changedAt: gateway.clock.now,
                content: .followUp(
                    text: "承诺月底前补发两箱样品", dueOn: CivilDate("2026-11-30"), isDone: false,
                    happenedAt: gateway.clock.now)),
            by: .integration)
        try await importHoldings(.projects, [("P-7", "project", "华东冷链投标")])
        try await importHoldings(.devices, [("D-1", "computer", "笔记本电脑 X1"), ("D-2", "phone", "手机 Mate")])
        try await importHoldings(.documents, [("W-1", "document", "客户合同扫描件"), ("W-2", "document", "报价模板")])
    }

    func importHoldings(_ list: Holding.List, _ things: [(String, String, String)]) async throws {
        _ = try await desk.importHoldings(
            things.map { Holding(id: $0.0, kind: $0.1, title: $0.2) }, list, of: leaver, by: .integration)
    }

    /// Records the resignation of 21 November, with the lawful last day unless another is given.
    @discardableResult
    mutating func resign(lastDay: String? = nil, successor: PersonID? = nil) async throws -> HandoverRecord {
        let record = try await desk.record(
            Departure(
                person: leaver, kind: .resignation, noticeOn: CivilDate(inChina: gateway.clock.now),
                lastDay: lastDay.flatMap { CivilDate($0) }, reason: "老公创业需协助", successor: successor),
            by: .hr)
        id = record.handover.id
        return record
    }

    /// Names the successor and closes the first stage.
    func assign() async throws {
        _ = try await desk.assign(id, HandoverAssignment(successor: successor), by: .hr)
        _ = try await desk.close(.assignment, of: id, by: .hr)
    }

    func record() async throws -> HandoverRecord { try await desk.handover(id, by: .hr) }

    func items(_ kind: HandoverItem.Kind) async throws -> [HandoverItem] {
        try await record().items.filter { $0.kind == kind }
    }

    func item(_ kind: HandoverItem.Kind) async throws -> HandoverItem {
        guard let found = try await items(kind).first else { throw TestSupportError("there is no \(kind)") }
        return found
    }

    func actor(_ person: PersonID) async throws -> Actor { try await gateway.actor(person) }

    /// What fits an item, in the leaver's words.
    static func submission(for item: HandoverItem) -> Submission {
        switch item.kind {
        case .clientList, .orderList, .receivableList:
            Submission(
                rows: (item.content["rows"]?.array ?? []).map { row in
                    LeaverStatement.Row(
                        ref: row["ref"]?.string ?? "", name: row["name"]?.string,
                        amount: row["amount"]?.string.flatMap { Amount($0) })
                })
        case .device: Submission(condition: "无损坏")
        case .documentList, .deviceList: Submission()
        default: Submission(note: "资料已整理完毕")
        }
    }

    @discardableResult
    func submit(_ item: HandoverItem, _ submission: Submission? = nil) async throws -> HandoverItem {
        try await desk.submit(
            submission ?? Self.submission(for: item), for: item.id, of: id, by: try await actor(leaver))
    }

    @discardableResult
    func take(_ item: HandoverItem) async throws -> HandoverItem {
        let taker = item.kind.isReturnedToCompany ? Actor.hr : try await actor(successor)
        return try await desk.take(
            item.id, of: id, contentHash: item.contentHash,
            condition: item.kind.needsCondition ? "外观完好" : nil, by: taker)
    }

    @discardableResult
    func accept(_ item: HandoverItem) async throws -> HandoverItem {
        try await desk.review(item.id, of: id, accepts: true, opinion: nil, by: try await actor(head))
    }

    static let pdf = Array("%PDF-1.7 客户交接确认函，客户签字".utf8)

    @discardableResult
    func letter(
        _ item: HandoverItem, _ purpose: HandoverFile.Purpose = .clientLetter, bytes: [UInt8] = Departing.pdf
    ) async throws -> HandoverFile {
        try await desk.add(
            HandedInFile(name: "确认函.pdf", type: "application/pdf", purpose: purpose, bytes: bytes), to: item.id, of: id,
            by: try await actor(successor))
    }

    /// Everything up to the review: all handed in, taken, and confirmed by the clients on paper.
    func handEverythingIn() async throws {
        for item in try await record().items where item.isOwed { try await submit(item) }
        _ = try await desk.close(.submission, of: id, by: try await actor(leaver))
        for item in try await record().items where item.state == .submitted {
            try await take(item)
            if item.kind == .client { try await letter(item) }
        }
    }

    /// The whole handover up to the internal clearance.
    func clear() async throws {
        try await assign()
        try await handEverythingIn()
        for item in try await record().items where item.state == .submitted { try await accept(item) }
        for step in HandoverStep.allCases { _ = try await desk.pass(step, of: id, by: .hr) }
        _ = try await desk.close(.review, of: id, by: .hr)
    }

    /// Lets time pass until an instant.
    func pass(to instant: Timestamp) {
        gateway.pass(.microseconds(instant.microseconds - gateway.clock.now.microseconds))
    }

    /// Somebody reads a notice in their inbox and confirms it.
    func acknowledge(_ notice: NoticeID, by person: PersonID) async throws {
        guard let delivery = try await gateway.deliveries(of: notice, .inbox).first(where: { $0.person == person })
        else {
            throw TestSupportError("\(person) has no inbox delivery of \(notice)")
        }
        let shown = try await gateway.pipeline.read.open(delivery.id, person: person, by: .account, source: .inbox)
        _ = try await gateway.pipeline.read.answer(
            .acknowledge(shown.document.hash), to: delivery.id, person: person, by: .account, source: .inbox)
    }

    /// The notices that the handover has led to, by kind and person.
    func notices(_ kind: String) async throws -> [HandoverMessage] {
        try await desk.messages(of: id, by: .hr).filter { $0.kind == kind }
    }
}
