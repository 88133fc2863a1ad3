import Evidence
import Notices
import People
import TestSupport
import Testing

/// Leavers who say it themselves, and leavers who say nothing at all.
struct BehalfTests {
    @Test(arguments: Backend.allCases)
    func `HR hands in for a leaver who vanished, under its own name and with the reason`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            let (desk, id) = (departing.desk, departing.id)
            let device = try await departing.item(.device)
            let handIn = Submission(condition: "在工位抽屉中找到，无损坏")
            await expectRefusal(.forbidden, "onBehalf") {
                _ = try await desk.submit(handIn, for: device.id, of: id, by: .hr)
            }
            await expectRefusal(.invalid, "onBehalf") {
                _ = try await desk.submit(handIn, for: device.id, of: id, onBehalf: " ", by: .hr)
            }
            for other in [departing.successor, departing.head, departing.leaver] {
                let actor = try await departing.actor(other)
                let error = try await refusal {
                    _ = try await desk.submit(handIn, for: device.id, of: id, onBehalf: "失联", by: actor)
                }
                #expect(error.code == .forbidden || error.code == .invalid)
            }
            #expect(try await departing.item(.device).state == .open, "nothing was half done")
            let handed = try await desk.submit(handIn, for: device.id, of: id, onBehalf: "员工失联，无法联系", by: .hr)
            #expect(handed.state == .submitted)
            let stored = try #require(try await departing.items(.device).first { $0.id == device.id })
            let giver = try #require(stored.confirmation(by: .giver))
            #expect(giver.by == "key-hr", "the leaver confirmed nothing, and nothing says so")
            #expect(giver.statement["onBehalfOf"]?.string == "p-wang")
            let acts = try await gateway.people.acts.acts(about: Subject(.handoverItem, device.id))
            let act = try #require(acts.last { $0.entry.event == .handoverItemSubmitted })
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["behalfReason"]?.string == "员工失联，无法联系" && facts["by"]?["id"]?.string == "key-hr")
            let told = try await departing.notices("handover-submitted").last
            #expect(told?.fields["leaver"]?.string == "人事部门代王女士")
            // Two pairs of eyes: who handed in does not take.
            await expectRefusal(.forbidden, "handed in by you") {
                _ = try await desk.take(
                    stored.id, of: id, contentHash: stored.contentHash, condition: "无损坏", by: .hr)
            }
            let taken = try await desk.take(
                stored.id, of: id, contentHash: stored.contentHash, condition: "无损坏", by: .secondHR)
            #expect(taken.confirmation(by: .taker)?.by == "key-hr-2")
        }
    }

    @Test(arguments: Backend.allCases)
    func `material that HR found is handed in for the leaver, and who handed in does not review it`(_ backend: Backend)
        async throws
    {
        try await TestGateway.with(backend) { gateway in
            var departing = try await Departing(gateway)
            try await departing.stock()
            try await departing.resign()
            try await departing.assign()
            let (desk, id) = (departing.desk, departing.id)
            let project = try await departing.item(.project)
            let paper = HandedInFile(
                name: "投标文件.pdf", type: "application/pdf", purpose: .material, bytes: Departing.pdf)
            await expectRefusal(.forbidden, "onBehalf") {
                _ = try await desk.add(paper, to: project.id, of: id, by: .hr)
            }
            _ = try await desk.add(paper, to: project.id, of: id, onBehalf: true, by: .hr)
            _ = try await desk.submit(Submission(), for: project.id, of: id, onBehalf: "员工失联", by: .hr)
            for item in try await departing.record().items where item.isOwed { try await departing.submit(item) }
            _ = try await desk.close(.submission, of: id, by: .hr)
            _ = try await departing.take(try await departing.item(.project))
            await expectRefusal(.forbidden, "handed in by you") {
                _ = try await desk.review(project.id, of: id, accepts: true, opinion: nil, by: .hr)
            }
            _ = try await departing.accept(try await departing.item(.project))
            #expect(try await departing.item(.project).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a member of staff gives notice themselves: as of today, with the lawful last day, and for nobody else`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend) { gateway in
            let departing = try await Departing(gateway)
            try await departing.stock()
            let (desk, today) = (departing.desk, CivilDate(inChina: gateway.clock.now))
            let own = try await departing.actor(departing.leaver)
            func notice(_ change: (inout Departure) -> Void = { _ in }) -> Departure {
                var departure = Departure(
                    person: departing.leaver, kind: .resignation, noticeOn: today, reason: "老公创业需协助")
                change(&departure)
                return departure
            }
            for (field, departure) in [
                ("noticeOn", notice { $0.noticeOn = today.adding(days: -10) }),
                ("lastDay", notice { $0.lastDay = today.adding(days: 3) }),
                ("successor", notice { $0.successor = departing.successor }),
                (
                    "kind",
                    notice {
                        $0.kind = .dismissal
                        $0.lastDay = today
                    }
                ),
            ] {
                let error = try await refusal { _ = try await desk.record(departure, by: own) }
                #expect(error.code == .invalid && error.faults.map(\.field).contains(field), "\(error)")
            }
            await expectRefusal(.forbidden) {
                _ = try await desk.record(notice { $0.person = departing.successor }, by: own)
            }
            #expect(try await gateway.peopleStore.require(departing.leaver).state == .active, "nothing was half done")
            let record = try await desk.record(notice(), by: own)
            #expect(record.handover.lastDay.day == today.adding(days: 30) && record.handover.lastDay.warning == nil)
            #expect(record.items.filter { $0.kind == .client }.count == 2)
            #expect(try await gateway.peopleStore.require(departing.leaver).state == .resigned)
            let acts = try await gateway.people.acts.acts(about: .employee(departing.leaver))
            let act = try #require(acts.last { $0.entry.event == .departureRecorded })
            let facts = try EntryBody(parsing: try #require(act.entry.body)).facts
            #expect(facts["by"]?["id"]?.string == "u-p-wang")
            let again = try await refusal { _ = try await desk.record(notice(), by: own) }
            #expect(again.code == .invalid || again.code == .conflict)
        }
    }
}
