import Evidence
import Notices
import SQL
import TestSupport
import Testing

@testable import Console

@Suite struct QuarantineTests {
    @Test func `F8 what was set aside is listed, released with a reason, and only by an administrator`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let (admin, reader) = (try await server.key(.administer), try await server.key(.read))
            let notice = try await server.gateway.issue(server.gateway.riskAlert())
            try await server.gateway.database.write { tx in try tx.execute("UPDATE notices SET claims = 3") }
            try await server.gateway.settle()
            let other = try await server.gateway.issue(server.gateway.riskAlert())
            while try await server.gateway.pipeline.seal.runOnce() > 0 {}
            try await server.gateway.database.write { tx in
                try tx.execute("UPDATE deliveries SET claims = 3 WHERE channel = 'email'")
            }
            try await server.gateway.settle()

            let listed = try await server.get(Site.quarantine, reader).json
            #expect(listed["notices"]?[0]?["notice"]?.string == notice.rawValue)
            #expect(listed["notices"]?[0]?["reason"]?.string?.contains("without a result") == true)
            #expect(listed["deliveries"]?[0]?["notice"]?.string == other.rawValue)
            #expect(listed["deliveries"]?[0]?["since"]?.string?.hasPrefix("2026-11-21T10:32:05") == true)
            #expect(listed["moreNotices"]?.bool == false && listed["moreDeliveries"]?.bool == false)
            let delivery = try #require(listed["deliveries"]?[0]?["delivery"]?.string)

            let paths = ["/v1/notices/\(notice)/release", "/v1/deliveries/\(delivery)/release"]
            for path in paths {
                #expect(try await server.post(path, reader, ["reason": "x"]).status == 403)
                #expect(try await server.post(path, admin, [:]).faultyFields == ["reason"])
                #expect(try await server.post(path, admin, ["reason": "x", "why": "y"]).faultyFields == ["why"])
                let released = try await server.post(path, admin, ["reason": "排版组件已修复"])
                #expect(released.status == 200, "\(released.text)")
                let again = try await server.post(path, admin, ["reason": "x"])
                #expect(again.status == 409 && again.problem == "conflict")
            }
            #expect(try await server.post("/v1/notices/none/release", admin, ["reason": "x"]).status == 404)
            #expect(try await server.post("/v1/deliveries/none/release", admin, ["reason": "x"]).status == 404)
            try await server.gateway.settle()
            #expect(try await server.get(Site.quarantine, admin).json["deliveries"] == [])
            #expect(server.gateway.mail.parcels.count == 2)
            let facts = try await server.gateway.facts(.quarantineReleased, of: notice)
            #expect(facts.first?.facts["by"]?["id"]?.string == admin.id)
        }
    }
}
