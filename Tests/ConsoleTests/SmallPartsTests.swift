import Evidence
import Notices
import SQL
import TestSupport
import Testing

@testable import Console

/// Parts that need no server.
@Suite struct SmallPartsTests {
    @Test func `a bucket gives its burst and then one an interval`() {
        let buckets = TokenBuckets(burst: 3, every: .seconds(10))
        let clock = ManualClock()
        for _ in 0..<3 { #expect(buckets.take("a", at: clock.now) == nil) }
        #expect(buckets.take("a", at: clock.now) == 10)
        #expect(buckets.take("b", at: clock.now) == nil, "each client has its own")
        clock.advance(by: .seconds(9))
        #expect(buckets.take("a", at: clock.now) == 1)
        clock.advance(by: .seconds(1))
        #expect(buckets.take("a", at: clock.now) == nil)
        clock.advance(by: .seconds(-3600))
        #expect(buckets.take("a", at: clock.now) != nil, "a clock that is set back gives nothing")
    }

    @Test func `a flood from many addresses does not grow the table`() {
        let buckets = TokenBuckets(burst: 2, every: .seconds(10), limit: 100)
        let clock = ManualClock()
        for index in 0..<1000 {
            _ = buckets.take("client \(index)", at: clock.now)
            clock.advance(by: .milliseconds(1))
        }
        #expect(buckets.count <= 100)
    }

    @Test func `a pass is for one notice, for half an hour, and cannot be made by others`() {
        let passes = DocumentPass(key: Array(repeating: 1, count: 32))
        let clock = ManualClock()
        let pass = passes.pass(for: NoticeID("n-1"), at: clock.now)
        #expect(passes.check(pass, at: clock.now) == NoticeID("n-1"))
        #expect(DocumentPass(key: Array(repeating: 2, count: 32)).check(pass, at: clock.now) == nil)
        for index in pass.indices {
            var bent = pass
            bent.replaceSubrange(index...index, with: pass[index] == "A" ? "B" : "A")
            #expect(passes.check(bent, at: clock.now) != NoticeID("n-1") || bent.dropLast() == pass.dropLast())
        }
        clock.advance(by: ViewTickets.lifetime)
        #expect(passes.check(pass, at: clock.now) == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "a=1&a=2", "%61=1&a=2"])
    func `a form that two readers could read differently is refused`(_ text: String) {
        #expect(throws: Problem.self) { try FormFields(Array(text.utf8), what: "the form") }
    }

    @Test func `a form is decoded as browsers encode it`() throws {
        let form = try FormFields(Array("words=%E6%88%91+%26+%3d%0D%0A&empty=&bare".utf8), what: "the form")
        #expect(form.values == ["words": "我 & =\r\n", "empty": "", "bare": ""])
    }

    @Test func `every problem is a document of RFC 9457 with a name of ours`() {
        let codes: [NoticeError.Code] = [
            .notFound, .invalid, .idempotencyMismatch, .conflict, .forbidden, .preflight, .credential,
            .tooManyRequests, .unavailable,
        ]
        let statuses = [404, 422, 422, 409, 403, 422, 403, 429, 503]
        for (code, status) in zip(codes, statuses) {
            let problem = Problem(NoticeError(code, "why", faults: [.init(field: "f", message: "m")]))
            #expect(problem.json["status"]?.integer == Int64(status))
            #expect(problem.json["type"]?.string == "urn:songda:problem:\(code.rawValue)")
            #expect(problem.json["errors"]?[0]?["field"]?.string == "f")
        }
        struct Fault: PassingFault { let passes: Bool }
        let passing = Problem(known: Fault(passes: true))
        #expect(passing?.status == 503 && passing?.headers.contains { $0.name == "Retry-After" } == true)
        #expect(Problem(known: Fault(passes: false)) == nil)
        // Where nobody can say whether it was done, nobody is told that nothing was.
        #expect(Problem(known: SQLError(.ambiguousCommit, "the reply was lost")) == nil)
        #expect(Problem(known: SQLError(.connectionLost, "gone"))?.status == 503)
        struct Surprise: Error {}
        #expect(Problem(known: Surprise()) == nil, "what we do not know is told by its incident alone")
    }

    @Test func `links are made from the patterns that are registered`() {
        #expect(Site.link(to: NoticeID("n-1")) == "/v1/notices/n-1")
        #expect(Site.link(Site.linkAnswer, token: "t") == "/n/t/answer")
        #expect(Site.asset("a.css") == "/assets/a.css")
    }
}
