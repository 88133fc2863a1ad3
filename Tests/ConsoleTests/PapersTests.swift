import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Agreements, training and pay through the API.
@Suite struct PapersTests {
    @Test func `a person signs an agreement through the API and HR fetches its proof`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee()
            let (hr, staff) = (try await server.key(.hr), try await server.key(.staff, person: person))
            let offered = try await server.post(
                Site.agreements, hr,
                [
                    "person": .string(person.rawValue), "kind": "client-ownership", "mandatory": true, "values": [:],
                ])
            #expect(offered.status == 201)
            let id = try #require(offered.json["id"]?.string)
            let list = try await server.get("\(Site.agreements)?person=\(person)", staff)
            #expect(list.json["items"]?[0]?["id"]?.string == id)
            let blind = try await server.post(
                "/v1/agreements/\(id)/signature", staff,
                [
                    "code": "123456", "documentHash": offered.json["documentHash"] ?? .null,
                    "intent": offered.json["intent"] ?? .null,
                ])
            #expect(blind.status == 409 && blind.problem == "locked")
            let document = try await server.get("/v1/agreements/\(id)/document", staff)
            #expect(document.status == 200 && document["content-type"] == "application/pdf")
            let asked = try await server.post("/v1/agreements/\(id)/code", staff, ["channel": "email"])
            #expect(asked.status == 202)
            let signed = try await server.post(
                "/v1/agreements/\(id)/signature", staff,
                [
                    "code": .string(try server.gateway.lastCode()),
                    "documentHash": asked.json["documentHash"] ?? .null, "intent": asked.json["intent"] ?? .null,
                ])
            #expect(signed.status == 200 && signed.json["state"]?.string == "signed")
            let proofs = try await server.get("\(Site.agreementProofs)?person=\(person)", hr)
            let proof = try #require(proofs.json["items"]?[0])
            let bytes = try #require(proof["document"]?.string.flatMap { Base64.decode($0) })
            #expect(SHA256.hash(bytes).hex == offered.json["documentHash"]?.string)
            #expect(proof["acts"]?.array?.contains { $0["event"]?.string == "AgreementSigned" } == true)
            let refused = try await server.post("/v1/agreements/\(id)/withdrawal", staff, ["reason": "x"])
            #expect(refused.status == 403 && refused.problem == "forbidden")
        }
    }

    @Test func `rules are tried through the API, and a bad one is refused with its line`() async throws {
        try await TestServer.with { server in
            let hr = try await server.key(.hr)
            let facts: JSONValue = [
                ["name": "baseWage", "value": "5000", "source": "contract", "reference": "C-1"],
                ["name": "score", "value": "80", "source": "performance", "reference": "R-1"],
                ["name": "lateCount", "value": "2", "source": "attendance", "reference": "2026-11"],
            ]
            func body(_ rules: String?) -> JSONValue {
                var members: [String: JSONValue] = [
                    "month": "2026-11", "region": "shanghai", "currency": "CNY", "facts": facts,
                ]
                members["rules"] = rules.map { .string($0) }
                return .object(members)
            }
            let tried = try await server.post(Site.payTrials, hr, body(nil))
            #expect(tried.json["result"]?["due"]?.string == "8900.00")
            #expect(tried.json["result"]?["lines"]?[1]?["terms"]?[1]?["source"]?.string == "performance R-1")
            let text = try #require(try await server.get(Site.payRules, hr).json["text"]?.string)
            let bad = try await server.post(Site.payTrials, hr, body(text + "\ncolour: red\n"))
            #expect(bad.status == 422)
            #expect(bad.json["errors"]?[0]?["field"]?.string?.hasPrefix("rules:") == true)
            #expect(bad.json["errors"]?[0]?["message"]?.string?.contains("unknown key") == true)
            let number = try await server.post(
                Site.payTrials, hr,
                [
                    "month": "2026-13", "region": "shanghai", "currency": "CNY",
                    "facts": [["name": "baseWage", "value": "5,000", "source": "contract", "reference": "C"]],
                ])
            #expect(number.status == 422)
            #expect(number.json["errors"]?.array?.map { $0["field"]?.string ?? "" } == ["month", "facts[0].value"])
        }
    }

    @Test func `a course is watched, an exam passed and the statement signed through the API`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee()
            let (hr, staff) = (try await server.key(.hr), try await server.key(.staff, person: person))
            let published = try await server.post(
                Site.policies, hr,
                [
                    "policy": "attendance", "title": "考勤制度", "text": "第一条 按时到岗。", "effectiveOn": "2026-11-01",
                    "course": [
                        "location": "/media/a.mp4", "hash": .string(SHA256.hash([UInt8(1)]).hex), "seconds": 20,
                    ],
                    "exam": [
                        "asked": 1, "passMark": 100,
                        "questions": [["id": "q", "text": "几点到岗？", "options": ["九点", "十点"], "answer": 0]],
                    ],
                ])
            #expect(published.status == 201 && published.json["version"]?.integer == 1)
            #expect(try await server.post("/v1/policies/attendance/exams", staff, [:]).status == 409)
            #expect(try await server.post("/v1/policies/attendance/course", staff, [:]).status == 200)
            server.gateway.clock.advance(by: .seconds(20))
            let watched = try await server.post("/v1/policies/attendance/heartbeats", staff, ["position": 20])
            #expect(watched.json["percent"]?.integer == 100)
            let exam = try await server.post("/v1/policies/attendance/exams", staff, [:])
            #expect(exam.json["questions"]?[0]?["answer"] == nil, "who sits an exam is not told the answers")
            let id = try #require(exam.json["id"]?.string)
            let scored = try await server.post("/v1/exams/\(id)/answers", staff, ["answers": [0]])
            #expect(scored.json["score"]?.integer == 100)
            let asked = try await server.post("/v1/exams/\(id)/statement-code", staff, ["channel": "email"])
            #expect(asked.json["statement"]?.string == "我已阅读并理解《考勤制度》")
            let signed = try await server.post(
                "/v1/exams/\(id)/statement", staff, ["code": .string(try server.gateway.lastCode())])
            #expect(signed.status == 201)
            let proof = try await server.get("/v1/policies/attendance/proof?person=\(person)", hr)
            #expect(proof.json["versions"]?[0]?["statement"]?["exam"]?.string == id)
        }
    }
}
