import Curl
import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Many at once, and too many.
    struct LoadTests {
        @Test(arguments: Backend.allCases)
        func `F48 one request sent a hundred times at once is one notice, and another body under its key is refused`(
            backend: Backend
        ) async throws {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port), on: backend) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                let answers = try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            try await hr.send("POST", "/v1/notices", Requests.alert(to: person), key: "f48")
                        }
                    }
                    return try await group.reduce(into: [HTTPResponse]()) { $0.append($1) }
                }
                #expect(answers.allSatisfy { [202, 409].contains($0.status) }, "\(answers.map(\.status))")
                let ids = Set(
                    try answers.filter { $0.status == 202 }.map { try JSONValue(parsing: $0.body)["id"]?.string })
                #expect(ids.count == 1)
                #expect(try await hr.json("GET", "/v1/notices")["items"]?.array?.count == 1)
                let other = try await hr.person("E-2", mail: "other@far.test")
                let refused = try await hr.send("POST", "/v1/notices", Requests.alert(to: other), key: "f48")
                #expect(refused.status == 422)
                let notice = try #require(ids.first ?? nil)
                try await hr.wait(for: "accepted", of: notice)
                try await Invariants(caller: hr, taken: peer.letters).check([notice])
            }
            await peer.stop()
        }

        @Test func `F6 short of file descriptors it lets callers wait, loses nothing and never dies of it`()
            async throws
        {
            let peer = try await ScriptedPeer.smtp()
            try await House.with(.init(relay: peer.port)) { house, hr in
                let person = try await hr.person("E-1", mail: "reader@far.test")
                try await house.stop()
                let starved = try await house.launch(behind: ["/usr/bin/prlimit", "--nofile=96:96"])
                let ending = try await starved.end()
                #expect(ending.code != 0)
                #expect(ending.err.contains("may open 96 files") && ending.err.contains("LimitNOFILE"))

                try await house.start(behind: ["/usr/bin/prlimit", "--nofile=256:256"])
                // Each caller keeps its own connection.
                let crowd = (0..<150).map { _ in Caller(port: hr.port, secret: hr.secret) }
                let answered = await withTaskGroup(of: Bool.self) { group in
                    for (index, caller) in crowd.enumerated() {
                        group.addTask {
                            // Some get no answer in time; what was answered must be true.
                            let answer = try? await caller.send(
                                "POST", "/v1/notices", Requests.alert(to: person), key: "f6-\(index)",
                                within: .seconds(5))
                            return answer?.status == 202
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                crowd.forEach { $0.close() }
                try await eventually("the server to be ready again") { (try? await hr.isReady()) == true }
                let load = Load(caller: hr, people: [person])
                var ids = try await load.issue(3, named: "after")
                // Those that got no answer ask again under their keys.
                for index in crowd.indices { ids.append(try await hr.alert(person, key: "f6-\(index)")) }
                #expect(Set(ids).count == 153)
                print("F6: \(answered) of 150 were answered at once")
                // The route may rest after the failures; what waits for it is not lost.
                try await eventually("nothing to be under way") { try await hr.mails("attempting") == 0 }
                try await house.stop()
                try await house.letRetriesFallDue()
                try await house.start()
                try await eventually("153 accepted mails") { try await hr.mails("accepted") == 153 }
                try await Invariants(caller: hr, taken: peer.letters).check(ids)
                try await house.audit()
            }
            await peer.stop()
        }
    }
}
