import Evidence
import Notices
import People
import TestSupport
import Testing

/// What is handed in, confirmed by whom, and what it takes to close an item.
@Suite struct ItemTests {
    private func assigned(_ gateway: TestGateway) async throws -> Departing {
        var departing = try await Departing(gateway)
        try await departing.stock()
        try await departing.resign()
        try await departing.assign()
        return departing
    }

    /// Ready for review, without any client's confirmation.
    private func inReview(_ gateway: TestGateway) async throws -> Departing {
        let departing = try await assigned(gateway)
        for item in try await departing.record().items where item.isOwed { try await departing.submit(item) }
        _ = try await departing.desk.close(.submission, of: departing.id, by: .hr)
        return departing
    }

    @Test(arguments: Backend.allCases)
    func `S-66 free items with amounts are added and tracked to their end`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let (desk, id) = (departing.desk, departing.id)
            let fee = try await desk.add(
                FreeItem(kind: .fee, title: "客户C-1未结清运费", amount: Amount("1200.50")), to: id, by: .hr)
            _ = try await desk.add(
                FreeItem(kind: .promise, title: "承诺的上门培训一次"), to: id, by: try await gateway.actor(departing.leaver))
            let stored = try await departing.items(.fee)
            #expect(stored.first?.amount == Amount(fen: 120_050) && stored.first?.state == .open)
            await expectRefusal(.invalid, "amount: is missing") {
                _ = try await desk.add(FreeItem(kind: .fee, title: "运费"), to: id, by: .hr)
            }
            await expectRefusal(.invalid, "comes from live data") {
                _ = try await desk.add(FreeItem(kind: .client, title: "私下客户"), to: id, by: .hr)
            }
            try await departing.submit(fee)
            #expect(try await departing.items(.fee).first?.state == .submitted)
            #expect(try await departing.items(.promise).count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-67 the three forms are held to stored data and show their differences`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let list = try await departing.submit(
                departing.item(.clientList),
                Submission(rows: [.init(ref: "C-1", name: "客户壹"), .init(ref: "C-9", name: "没有的客户")]))
            func kinds(_ item: HandoverItem) -> [String] {
                (item.submission?["differences"]?.array ?? []).map {
                    "\($0["kind"]?.string ?? "") \($0["ref"]?.string ?? "") \($0["field"]?.string ?? "")"
                }
            }
            #expect(kinds(list) == ["not-stated C-2 ", "differs C-1 name", "not-stored C-9 "])
            let orders = try await departing.submit(
                departing.item(.orderList),
                Submission(rows: [
                    .init(ref: "O-1", amount: Amount("11999.99")), .init(ref: "O-2", amount: Amount("3000")),
                ]))
            #expect(kinds(orders) == ["differs O-1 amount"])
            #expect(orders.submission?["differences"]?[0]?["stored"]?.string == "12000.00")
            let owed = try await departing.item(.receivableList)
            #expect(owed.amount == Amount(fen: 1_500_000))
            let none = try await departing.submit(owed, Submission(rows: []))
            #expect(kinds(none) == ["not-stated O-1 ", "not-stated O-2 "])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-67 a statement that cannot be read is refused as a whole`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let orders = try await departing.item(.orderList)
            await expectRefusal(.invalid, "rows[1].ref: \"O-1\" stands twice") {
                try await departing.submit(
                    orders,
                    Submission(rows: [.init(ref: "O-1", amount: Amount("1")), .init(ref: "O-1", amount: Amount("1"))]))
            }
            await expectRefusal(.invalid, "rows[0].amount: is missing") {
                try await departing.submit(orders, Submission(rows: [.init(ref: "O-1")]))
            }
            await expectRefusal(.invalid, "rows: is missing") {
                try await departing.submit(orders, Submission(note: "无"))
            }
            #expect(try await departing.item(.orderList) == orders)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-68 a client item cannot close without the letter that the client signed`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await inReview(gateway)
            let item = try await departing.take(departing.item(.client))
            await expectRefusal(.locked, "客户交接确认函") { try await departing.accept(item) }
            await expectRefusal(.invalid, "the bytes are not application/pdf") {
                try await departing.letter(item, bytes: Array("GIF89a".utf8))
            }
            await expectRefusal(.invalid, "at most 10485760 are taken") {
                try await departing.letter(item, bytes: Departing.pdf + [UInt8](repeating: 0x20, count: 10 << 20))
            }
            let file = try await departing.letter(item)
            #expect(file.hash == SHA256.hash(Departing.pdf))
            #expect(try await departing.letter(item) == file)
            let stored = try await departing.desk.file(file.id, of: departing.id, by: .hr)
            #expect(stored.bytes == Departing.pdf)
            let closed = try await departing.accept(item)
            #expect(closed.state == .accepted)
            #expect(try await departing.items(.client).first?.confirmation(by: .client)?.by == "client-letter")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-68 a client item closes on the online confirmation of the client and on nobody else's`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await inReview(gateway)
            let item = try await departing.take(departing.item(.client))
            let successor = try await gateway.actor(departing.successor)
            #expect(try await departing.desk.askClient(item.id, of: departing.id, by: successor) == 1)
            try await gateway.settle()
            await expectRefusal(.locked, "online confirmation is missing") { try await departing.accept(item) }
            let message = try #require(try await departing.notices("client-handover-confirmation").first)
            let notice = try #require(message.notice)
            try await departing.acknowledge(notice, by: message.person)
            #expect(try await departing.accept(item).state == .accepted)
            let confirmed = try #require(try await departing.items(.client).first?.confirmation(by: .client))
            #expect(confirmed.by == message.person.rawValue)

            // Another client's acknowledgement says nothing about this one.
            let other = try await departing.take(try #require(try await departing.items(.client).last))
            let number = try #require(try await gateway.store.notice(notice)).number
            await expectRefusal(.locked, "is not acknowledged by a contact of 客户C-2") {
                _ = try await departing.desk.confirm(other.id, of: departing.id, byClientOn: number, by: .hr)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-69 a visit needs the sheet that the client signed`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let visit = try await departing.desk.add(
                FreeItem(kind: .visit, title: "拜访客户C-1"), to: departing.id, by: .hr)
            let made = Submission(visit: .init(at: gateway.clock.now, place: nil, met: "王采购"))
            await expectRefusal(.invalid, "files: the sheet that the client signed is missing") {
                try await departing.submit(visit, made)
            }
            try await departing.letter(visit, .visitSheet)
            let submitted = try await departing.submit(visit, made)
            #expect(submitted.state == .submitted)
            #expect(submitted.submission?["visit"]?["met"]?.string == "王采购")
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-30 a visit carries its time, its place only with recorded consent, and the signed sheet`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let (desk, leaver) = (departing.desk, try await gateway.actor(departing.leaver))
            let visit = try await desk.add(FreeItem(kind: .visit, title: "拜访客户C-1"), to: departing.id, by: .hr)
            let sheet = try await departing.letter(visit, .visitSheet)
            let at = gateway.clock.now
            let made = Submission(visit: .init(at: at, place: "上海市浦东新区示例路1号", met: "王采购"))
            await expectRefusal(.invalid, "visit.place: there is no recorded consent") {
                try await departing.submit(visit, made)
            }
            let text = SHA256.hash(Array("同意记录拜访地点".utf8))
            try await desk.setVisitConsent(true, textHash: text, by: leaver)
            try await desk.setVisitConsent(false, textHash: text, by: leaver)
            await expectRefusal(.invalid, "visit.place") { try await departing.submit(visit, made) }
            try await desk.setVisitConsent(true, textHash: text, by: leaver)
            try await departing.submit(visit, made)
            let stored = try #require(try await departing.items(.visit).first)
            #expect(stored.submission?["visit"]?["at"]?.string == at.rfc3339)
            #expect(stored.submission?["visit"]?["place"]?.string == "上海市浦东新区示例路1号")
            #expect(stored.files.map(\.id) == [sheet.id])
            await expectRefusal(.forbidden) { try await desk.setVisitConsent(true, textHash: text, by: .hr) }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-70 the unit's head or HR reviews, and a return needs a reason and opens the item again`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await inReview(gateway)
            let (desk, id) = (departing.desk, departing.id)
            let item = try await departing.take(departing.item(.project))
            for person in [departing.leaver, departing.successor] {
                let actor = try await gateway.actor(person)
                await expectRefusal(.forbidden) {
                    _ = try await desk.review(item.id, of: id, accepts: true, opinion: nil, by: actor)
                }
            }
            await expectRefusal(.invalid, "opinion: is missing") {
                _ = try await desk.review(item.id, of: id, accepts: false, opinion: nil, by: .hr)
            }
            let returned = try await desk.review(item.id, of: id, accepts: false, opinion: "缺少进度说明", by: .hr)
            #expect(returned.state == .returned)
            try await departing.submit(returned, Submission(note: "进度60%，下周交付"))
            let again = try await departing.item(.project)
            #expect(again.state == .submitted && again.round == 2)
            // What the successor confirmed was the first version.
            await expectRefusal(.locked, "has not confirmed it as it is now") { try await departing.accept(again) }
            try await departing.take(again)
            #expect(try await departing.accept(again).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-74 documents, clients and devices are imported, and each list needs both parties`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await gateway.client("客户C-1", number: "C-1", owner: departing.leaver)
            try await departing.resign()
            try await departing.assign()
            await expectRefusal(.locked, "尚未从来源系统导入") { try await departing.submit(departing.item(.documentList)) }
            try await departing.importHoldings(.documents, [("W-1", "document", "项目方案")])
            try await departing.importHoldings(.devices, [("D-1", "computer", "笔记本电脑")])
            for item in try await departing.record().items where item.isOwed { try await departing.submit(item) }
            _ = try await departing.desk.close(.submission, of: departing.id, by: .hr)
            for kind in [HandoverItem.Kind.documentList, .clientList, .deviceList] {
                let list = try await departing.item(kind)
                #expect(list.content["rows"]?.array?.count == 1, "\(kind)")
                #expect(list.confirmation(by: .giver)?.by == departing.leaver.rawValue)
                await expectRefusal(.locked, "whoever takes it over has not confirmed") {
                    try await departing.accept(list)
                }
                try await departing.take(list)
                #expect(try await departing.accept(list).state == .accepted)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-75 giver and taker have both confirmed the documents, each with its time`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let given = gateway.clock.now
            try await departing.submit(departing.item(.documentList))
            gateway.pass(.seconds(3600))
            let item = try await departing.item(.documentList)
            await expectRefusal(.conflict, "has changed since you looked") {
                _ = try await departing.desk.take(
                    item.id, of: departing.id, contentHash: SHA256.hash([1]),
                    by: try await gateway.actor(departing.successor))
            }
            try await departing.take(item)
            let done = try await departing.item(.documentList)
            #expect(done.confirmation(by: .giver)?.at == given)
            #expect(done.confirmation(by: .taker)?.at == gateway.clock.now)
            #expect(done.confirmation(by: .taker)?.contentHash == done.contentHash)
            let events = try await departing.desk.history(of: item.id, of: departing.id, by: .hr).steps.map(
                \.act.entry.event)
            #expect(events.contains(.handoverItemSubmitted) && events.contains(.handoverItemTaken))
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-76 the successor has confirmed the client list with name, contact and follow-up state`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let list = try await departing.submit(departing.item(.clientList))
            let row = try #require(list.content["rows"]?[0])
            #expect(row["name"]?.string == "客户C-1" && row["contact"]?.string?.hasPrefix("王采购") == true)
            #expect(row["followUp"]?.string?.contains("未完成跟进1项") == true)
            let head = try await gateway.actor(departing.head)
            await expectRefusal(.forbidden, "confirmed by the successor") {
                _ = try await departing.desk.take(list.id, of: departing.id, contentHash: list.contentHash, by: head)
            }
            try await departing.take(list)
            let stored = try await departing.item(.clientList)
            #expect(stored.confirmation(by: .taker)?.by == departing.successor.rawValue)
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-77 the condition of a device is asked for on both sides and kept in the register`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await assigned(gateway)
            let device = try await departing.item(.device)
            await expectRefusal(.invalid, "condition: is missing") { try await departing.submit(device, Submission()) }
            let given = try await departing.submit(device, Submission(condition: "电脑无损坏"))
            await expectRefusal(.invalid, "condition: is missing") {
                _ = try await departing.desk.take(given.id, of: departing.id, contentHash: given.contentHash, by: .hr)
            }
            try await departing.take(given)
            for item in try await departing.record().items where item.isOwed { try await departing.submit(item) }
            _ = try await departing.desk.close(.submission, of: departing.id, by: .hr)
            try await departing.accept(departing.item(.device))
            let register = try await departing.desk.holdings(of: departing.leaver, .devices, by: .hr)
            #expect(register.holdings.map(\.returnedAs) == ["外观完好", nil])
        }
    }

    @Test(arguments: Backend.allCases)
    func `S-79 each item has a history in which every act names the one before`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await inReview(gateway)
            let (desk, id) = (departing.desk, departing.id)
            let item = try await departing.take(departing.item(.client))
            try await departing.letter(item)
            _ = try await desk.review(item.id, of: id, accepts: false, opinion: "请补充联系人", by: .hr)
            let history = try await desk.history(of: item.id, of: id, by: .hr)
            #expect(history.breaks.isEmpty)
            let chained = history.steps.filter { $0.facts?.object?.keys.contains("previous") == true }
            #expect(
                chained.map(\.act.entry.event) == [
                    .handoverItemListed, .handoverItemSubmitted, .handoverItemTaken, .handoverFileAdded,
                    .handoverItemReturned,
                ])
            #expect(chained[0].previous == nil)
            for (before, after) in zip(chained, chained.dropFirst()) {
                #expect(after.previous == before.act.entry.commitment.hex)
            }
            #expect(chained.last?.facts?["opinion"]?.string == "请补充联系人")
            #expect(chained[3].facts?["sha256"]?.string == SHA256.hash(Departing.pdf).hex)
            // The messages about the item stand in the same history.
            #expect(history.steps.contains { $0.act.entry.event == .noticeOrdered })

            // Whoever takes an act out of the index breaks the chain.
            let taken = chained[2].act.entry.id
            try await gateway.database.write { tx in
                try tx.execute("DELETE FROM act_subjects WHERE entry = \(taken) AND kind = 'handover-item'")
            }
            #expect(try await desk.history(of: item.id, of: id, by: .hr).breaks.count == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `two reviewers who decide at once decide once (F49)`(_ backend: Backend) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await inReview(gateway)
            let (desk, id) = (departing.desk, departing.id)
            let item = try await departing.take(departing.item(.project))
            let head = try await gateway.actor(departing.head)
            async let first = try? desk.review(item.id, of: id, accepts: true, opinion: nil, by: head)
            async let second = try? desk.review(item.id, of: id, accepts: false, opinion: "重做", by: .hr)
            let outcomes = await [first, second].compactMap { $0?.state }
            #expect(outcomes.count == 1)
            #expect(try await departing.item(.project).state == outcomes.first)
            #expect(try await desk.history(of: item.id, of: id, by: .hr).breaks.isEmpty)
        }
    }
}
