import Evidence
import Foundation
import Notices

/// What the demo does, in the order in which a company would: everything through the API, as a caller would.
struct DemoStory: Sendable {
    static let issuer = "hongyuan"
    static let issuerName = "宏远贸易（上海）有限公司"
    static let creditCode = "91310000MA1FL3X2Y0"

    let directory: String
    let clients: Int
    let rehearsal: Rehearsal
    let clock: any WallClock

    /// Tells it; throws at the first thing that is not as it must be.
    func tell(application: Application, port: Int) async throws {
        let server = "http://127.0.0.1:\(port)"
        func key(
            _ name: String, _ scopes: Set<APIKey.Scope>, _ person: PersonID? = nil
        ) async throws -> (id: String, client: Client) {
            try await self.key(name, scopes, person, application, server)
        }
        let hr = try await key("hr", [.issue, .read, .administer, .record]).client
        let legal = try await key("legal", [.approve, .read])
        let approvers = [legal.client, try await key("manager", [.approve, .read]).client]
        defer { ([hr] + approvers).forEach { $0.close() } }

        let people = try await People(client: hr, clients: clients).make()
        let employeeInbox = try await key("inbox of the employee", [.inbox], PersonID(people.employee)).client
        let hrInbox = try await key("inbox of HR", [.inbox], PersonID(people.hrManager)).client
        defer { [employeeInbox, hrInbox].forEach { $0.close() } }

        print("1. 解除劳动合同通知书 dismissal: issue, two approvals, seal, three channels")
        let dismissal = try await hr.json(
            "POST", "/v1/notices",
            body: try DemoRequests(clock: clock).dismissal(to: people.employee, confirmedBy: legal.id),
            headers: [("Idempotency-Key", "demo-dismissal")])
        let dismissalID = try Self.text(dismissal, "id")
        for approver in approvers {
            _ = try await approver.json(
                "POST", "/v1/notices/\(dismissalID)/approvals",
                body: .object(["contentHash": .string(try Self.text(dismissal, "contentHash"))]))
        }
        print("2. 对接人变更通知 contact change: a batch of \(clients)")
        let batch = try await hr.json(
            "POST", "/v1/batches",
            body: .object([
                "batch": "demo-clients",
                "notices": .array(try people.clients.map { try DemoRequests(clock: clock).contactChange(to: $0) }),
            ]), headers: [("Idempotency-Key", "demo-batch")])
        guard batch["accepted"]?.integer == Int64(clients) else {
            throw Failure("the batch was not accepted whole: \(batch.canonicalText.prefix(400))")
        }
        print("3. 风险预警 risk alert to HR")
        let alert = try await hr.json(
            "POST", "/v1/notices", body: try DemoRequests(clock: clock).riskAlert(to: people.hrManager),
            headers: [("Idempotency-Key", "demo-alert")])
        let clientIDs = (batch["results"]?.array ?? []).compactMap {
            $0["notice"]?["id"]?.string ?? $0["id"]?.string
        }
        let ids = [dismissalID, try Self.text(alert, "id")] + clientIDs

        print("4. waiting for acceptance, delivery reports and read receipts …")
        let reports = DemoReports(client: hr)
        try await reports.waitUntilReported(ids)
        let readings = [(inbox: employeeInbox, notice: dismissalID), (inbox: hrInbox, notice: ids[1])]
        for reading in readings { try await read(reading.inbox, notice: reading.notice) }
        try await openLink(server: server)
        try await reports.waitForTimestamps(application, ids)

        print("5. proof bundles")
        let proofs = DemoProofs(
            directory: "\(directory)/proofs", rootFile: "\(directory)/keys/\(KeyMaker.File.root)", clock: clock)
        try await proofs.fetchAndVerify(ids, client: hr)
        try await reports.print(Array(ids.prefix(3)))
        let database = application.configuration.database.hasPrefix("sqlite:") ? "\(directory)/songda.db" : "PostgreSQL"
        print(ending(issued: ids.count, acknowledged: readings.count, database: database, rootFile: proofs.rootFile))
    }

    /// What the reader of the terminal has now, and no more than was done: of the client notices one link was opened.
    private func ending(issued: Int, acknowledged: Int, database: String, rootFile: String) -> String {
        let sample = "\(directory)/proofs/\(RehearsalMark.fileName("NUMBER.asice", isRehearsal: true))"
        return """

            \(RehearsalMark.line)
            \(issued) notices were issued, put into inboxes, reported delivered by mail and text, and proved.
            共签发 \(issued) 份通知，均已进入站内信箱，邮件和短信均有送达回报（来自沙箱），并已逐份取得证据包、完成核验。
              acknowledged      \(acknowledged), with keys made for the two people, as each report says (以为本人签发的密钥打开并确认收到)
              link opened       1 of \(clients) client notices, by nobody identified; \(clients - 1) were not opened (其余未打开)
              proof bundles     \(directory)/proofs/*.asice   (\(issued), each verified twice)
              flipped byte      tried in a copy of one bundle of each kind: both verifiers said NOT SOUND
              mail received     \(directory)/rehearsal/mail/*.eml (\(rehearsal.mail.mailCount))
              texts received    \(rehearsal.sms.messageCount)
              database          \(database)
            Verify one yourself:  songda-verify \(sample) --trust \(rootFile)
            or without any of our software: unzip it and follow README.zh-CN.md or README.en.md with openssl.
            """
    }

    /// Gives the demo that keeps serving a company, and people who can sign in.
    func furnish(application: Application, port: Int) async throws {
        let server = "http://127.0.0.1:\(port)"
        let hr = try await key("organisation", [.hr, .administer], nil, application, server).client
        let feed = try await key("CRM and project system", [.integrate], nil, application, server).client
        let writer = try await key("HR batches", [.issue], nil, application, server).client
        defer { [hr, feed, writer].forEach { $0.close() } }
        let people = try await DemoOrganisation(hr: hr, feed: feed, clock: clock).make()
        try await DemoFigures(hr: hr, feed: feed, writer: writer, clock: clock, people: people).make()
        try await DemoAccounts(directory: directory, clock: clock).make(application, people: people, server: server)
    }

    private func key(
        _ name: String, _ scopes: Set<APIKey.Scope>, _ person: PersonID?, _ application: Application, _ server: String
    ) async throws -> (id: String, client: Client) {
        let made = try await APIKeyDesk(
            store: application.notices, recorder: application.recorder, clock: clock
        ).make(
            name: name, scopes: scopes, person: person,
            by: Principal(id: "demo", kind: .system, method: "access to keys and database"))
        return (made.key.id, Client(server: server, key: made.secret))
    }

    /// The employee signs in, opens the notice and confirms receipt of exactly these bytes.
    private func read(_ inbox: Client, notice: String) async throws {
        let items = try await inbox.json("GET", "/v1/inbox")
        guard let item = items["items"]?.array?.first(where: { $0["notice"]?.string == notice }),
            let delivery = item["delivery"]?.string
        else { throw Failure("notice \(notice) is not in the inbox") }
        let opened = try await inbox.json("POST", "/v1/inbox/\(delivery)/open", body: .object([:]))
        guard let hash = opened["document"]?["hash"]?.string else { throw Failure("the inbox showed no document") }
        _ = try await inbox.json(
            "POST", "/v1/inbox/\(delivery)/acknowledge", body: .object(["documentHash": .string(hash)]))
    }

    /// A client presses the button on the page behind the link in their mail.
    private func openLink(server: String) async throws {
        let mails = rehearsal.mail.mails.map(\.bytes)
        guard let link = DemoReports.link(in: mails, server: server) else {
            throw Failure("no mail to a client carries a link")
        }
        let page = try await Client(server: server, key: "").post(link)
        guard page.contains("对接人变更通知") else {
            throw Failure("the page behind a client's link does not show the notice")
        }
    }

    static func text(_ json: JSONValue, _ name: String) throws -> String {
        guard let text = json[name]?.string else {
            throw Failure("the answer has no \(name): \(json.canonicalText.prefix(300))")
        }
        return text
    }

    /// The people of the story.
    struct People {
        let client: Client
        let clients: Int

        struct Made {
            var employee = ""
            var hrManager = ""
            var clients: [String] = []
        }

        func make() async throws -> Made {
            _ = try await client.json(
                "PUT", "/v1/issuers/\(DemoStory.issuer)",
                body: .object([
                    "fullName": .string(DemoStory.issuerName), "creditCode": .string(DemoStory.creditCode),
                    "contact": "人力资源部 021-61234567", "mailbox": "hr@songda.example", "smsSignature": "宏远贸易",
                ]))
            var made = Made()
            made.employee = try await person("E-1001", "张伟", "zhang.wei@example.com", "13800000001")
            made.hrManager = try await person("E-0007", "王芳", "wang.fang@example.com", "13800000002")
            for index in 0..<clients {
                made.clients.append(
                    try await person(
                        "C-\(index + 1)", "客户\(index + 1)公司 采购部", "buyer\(index + 1)@client.example",
                        "139\(String(10_000_000 + index))"))
            }
            return made
        }

        private func person(_ id: String, _ name: String, _ mail: String, _ phone: String) async throws -> String {
            try DemoStory.text(
                try await client.json(
                    "POST", "/v1/people",
                    body: .object([
                        "externalID": .string(id), "name": .string(name), "language": "zh-CN",
                        "addresses": .array([
                            .object(["channel": "email", "value": .string(mail)]),
                            .object(["channel": "sms", "value": .string(phone)]),
                        ]),
                    ])), "id")
        }
    }
}
