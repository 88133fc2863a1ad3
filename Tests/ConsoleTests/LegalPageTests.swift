import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Finding what was served, holding it, and examining it as a stranger.
@Suite struct LegalPageTests {
    @Test(arguments: Backend.allCases)
    func `one box finds a notice by number, hash, person, telephone and mailbox, with strength and gaps`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            try await gateway.person("李四", id: "p-lisi", email: "lisi@example.com", phone: nil)
            let id = try await gateway.issue(gateway.clientContactChange(to: [person]))
            try await gateway.settle()
            let notice = try #require(try await gateway.store.notice(id))
            let legal = try await Browser.signedIn(server, "chen", .read)
            let known = try #require(try await gateway.store.recipients([person])[person])
            let addresses = known.addresses.filter { $0.channel == .email || $0.channel == .sms }.map(\.value)
            #expect(addresses.count == 2)
            let hashes = [notice.contentHash.hex, try #require(notice.documentHash).hex]
            for text in [notice.number, notice.number.lowercased(), "ext-p-zhangsan", "%E5%BC%A0%E4%B8%89"] + hashes
                + addresses
            {
                let page = try await legal.get(
                    "/search?lang=en&q=" + text.replacing("@", with: "%40").replacing("+", with: "%2B"))
                #expect(page.status == 200 && page.text.contains(notice.number), "\(text)")
                #expect(page.text.contains("/5:") && page.text.contains("Advice:"), "\(text)")
            }
            for text in ["SD-20261121-AAAA-AAAA", "ext-p-nobody", String(repeating: "0", count: 64), "no@example.com"] {
                let page = try await legal.get("/search?lang=en&q=" + text.replacing("@", with: "%40"))
                #expect(page.status == 200 && page.text.contains("Nothing found"), "\(text)")
            }
            #expect(try await !legal.get("/search?q=ext-p-lisi").text.contains(notice.number))
        }
    }

    @Test func `a hold is set by legal with its reason, and lifted by an administrator alone`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.person()
            let legal = try await Browser.signedIn(server, "chen", .read)
            let page = try await legal.get("/search?q=ext-p-zhangsan")
            #expect(page.text.contains("holds&#47;p-zhangsan"))
            let path = "/search/holds/p-zhangsan"
            let empty = try await legal.post(path, [("held", "yes"), ("reason", "")])
            #expect(empty.status == 422 && empty.text.contains("role=\"alert\""))
            #expect(try await !server.gateway.retention.isHeld(person))
            #expect(try await legal.post(path, [("held", "yes"), ("reason", "（2026）沪0115民初1号")]).status == 303)
            #expect(try await server.gateway.retention.isHeld(person))
            #expect(try await legal.get("/search?lang=en&q=ext-p-zhangsan").text.contains("under litigation hold"))
            #expect(try await legal.post(path, [("held", "no"), ("reason", "结案")]).status == 403)
            #expect(try await server.gateway.retention.isHeld(person))
            let administrator = try await Browser.signedIn(server, "zhou", .administer, .read)
            _ = try await administrator.get("/search?q=ext-p-zhangsan")
            #expect(try await administrator.post(path, [("held", "no"), ("reason", "结案")]).status == 303)
            #expect(try await !server.gateway.retention.isHeld(person))
            #expect(try await legal.post("/search/holds/p-none", [("held", "yes"), ("reason", "x")]).status == 404)
        }
    }

    @Test func `S-56 anybody drops a bundle and sees the verdict that the verifier gives, also of a flipped byte`()
        async throws
    {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let id = try await gateway.issue(gateway.clientContactChange(to: [person]))
            try await gateway.settle()
            let (_, bundle) = try await gateway.pipeline.prove.bundle(
                of: id, for: Principal(id: "test", kind: .system, method: "test"))
            var flipped = bundle.bytes
            let place = try #require(flipped.firstRange(of: Array("documents/notice".utf8))).upperBound + 100
            flipped[place] ^= 1
            let verifier = BundleVerifier(now: gateway.clock.now)
            for (bytes, isSound) in [(bundle.bytes, true), (flipped, false), (Array("no bundle".utf8), false)] {
                let report = verifier.verify(bytes)
                #expect((report.verdict == .issuerNotEstablished) == isSound && !report.isSound)
                let page = try await Self.upload(server, bytes)
                #expect(page.status == 200, "\(page.text)")
                #expect(page.text.contains("NOT SOUND") == !isSound)
                #expect(page.text.contains("ISSUER NOT ESTABLISHED") == isSound)
                // Every check of the report stands on the page.
                #expect(
                    page.text.components(separatedBy: "<span class=\"small code\">").count - 1 == report.checks.count)
                let chinese = try await Self.upload(server, bytes, language: "zh-CN")
                for fault in report.faults {
                    #expect(chinese.text.contains(fault.chinese.replacing("/", with: "&#47;")), "\(chinese.text)")
                }
                #expect(chinese.text.contains("<span class=\"small code\">证据包</span>"))
            }
            let none = try await Self.upload(server, [])
            #expect(none.status == 422 && none.text.contains("No file was chosen"))
            let form = try await server.form(Site.verify + "?lang=en", [("bundle", "x")])
            #expect(form.status == 415)
            let broken = try await server.post(
                Site.verify, nil, bytes: Array("--x\r\nhalf".utf8), type: "multipart/form-data; boundary=x")
            #expect(broken.status == 400)
        }
    }

    @Test func `S-47 whoever has the number learns that a notice is real, and nothing of any person`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let id = try await gateway.issue(gateway.clientContactChange(to: [person]))
            try await gateway.settle()
            let notice = try #require(try await gateway.store.notice(id))
            let page = try await server.get("/check?lang=en&q=\(notice.number)")
            #expect(page.status == 200 && page.text.contains(notice.issuer.creditCode))
            #expect(page.text.contains(notice.contentHash.hex), "what to compare the document with")
            let known = try #require(try await gateway.store.recipients([person])[person])
            for personal in [known.name] + known.addresses.map(\.value) where !personal.isEmpty {
                #expect(!page.text.contains(personal), "\(personal)")
            }
            let code = "songda%3A\(notice.number)%3A\(notice.contentHash.hex)"
            #expect(try await server.get("/check?lang=en&q=\(code)").text.contains("is that of the content kept here"))
            let other = "songda%3A\(notice.number)%3A\(String(repeating: "0", count: 64))"
            #expect(try await server.get("/check?lang=en&q=\(other)").text.contains("may have been changed"))
            let document = try #require(notice.documentHash)
            for hash in [document.hex, notice.contentHash.hex] {
                let byHash = try await server.get("/check?lang=en&q=\(hash)")
                #expect(
                    byHash.status == 200 && byHash.text.contains(notice.number), "the hash in the foot finds it too")
            }
            let draft = try #require(
                try await gateway.store.notice(try await gateway.issue(gateway.dismissalRequest(to: [person]))))
            #expect(draft.sealedAt == nil)
            #expect(
                try await server.get("/check?lang=en&q=\(draft.number)").status == 404,
                "what awaits approval was issued to nobody")
            let unknown = try await server.get("/check?lang=en&q=SD-20261121-AAAA-AAAA")
            #expect(unknown.status == 404 && unknown.text.contains("do not trust the notice"))
            var statuses: [Int] = []
            for _ in 0..<32 { statuses.append(try await server.get("/check?q=SD-1").status) }
            #expect(statuses.contains(429))
        }
    }

    @Test func `what was only written is nobody's notice, and a number alone does not tell a sensitive kind`()
        async throws
    {
        try await TestServer.with { server in
            let gateway = server.gateway
            try await gateway.person()
            let id = try await gateway.issue(gateway.dismissalRequest())
            let written = try #require(try await gateway.store.notice(id))
            for asked in [written.number, written.contentHash.hex] {
                let page = try await server.get("/check?lang=en&q=\(asked)")
                #expect(page.status == 404 && !page.text.contains(written.issuer.creditCode))
            }
            let sealed = try await gateway.approvedDismissal()
            try await gateway.settle()
            let notice = try #require(try await gateway.store.notice(sealed))
            let name = "Notice of termination"
            let byNumber = try await server.get("/check?lang=en&q=\(notice.number)")
            #expect(byNumber.status == 200 && !byNumber.text.contains(name))
            let hashes = [notice.contentHash.hex, try #require(notice.documentHash).hex]
            // Either hash, given back to this page, would tell the kind; a wrong one earns no more than none.
            let other = "songda%3A\(notice.number)%3A\(String(repeating: "0", count: 64))"
            for page in [byNumber, try await server.get("/check?lang=en&q=\(other)")] {
                #expect(page.text.contains(notice.number) && !page.text.contains(name))
                for hash in hashes { #expect(!page.text.contains(hash)) }
            }
            // The document in hand has both hashes: of the content in its foot, and its own.
            for hash in hashes {
                let page = try await server.get("/check?lang=en&q=\(hash)")
                #expect(page.status == 200 && page.text.contains(notice.number) && page.text.contains(name))
                for shown in hashes { #expect(page.text.contains(shown)) }
            }
        }
    }

    @Test func `a form with a file is read strictly`() throws {
        let type = "multipart/form-data; boundary=b-1"
        func form(_ body: String, type: String = type) throws(Problem) -> [UInt8] {
            try MultipartForm(Array(body.utf8), contentType: type, file: "bundle").file
        }
        let part = "--b-1\r\nContent-Disposition: form-data; name=\"bundle\"; filename=\"a\"\r\n\r\n"
        #expect(try form(part + "a\r\n--b\r\nb\r\n--b-1--\r\n") == Array("a\r\n--b\r\nb".utf8))
        #expect(try form(part + "\r\n--b-1--") == [])
        for wrong in [
            "", "--b-1", "--b-1--", part, part + "a", part + "a\r\n--b-1", part + "a\r\n" + part + "b\r\n--b-1--",
            "x" + part + "a\r\n--b-1--", part.replacing("bundle", with: "other") + "a\r\n--b-1--",
        ] {
            #expect(throws: Problem.malformed(""), "\(wrong)") { try form(wrong) }
        }
        for wrong in ["multipart/form-data", "multipart/mixed; boundary=b-1", "multipart/form-data; boundary="] {
            #expect(throws: Problem.mediaType("")) { try form(part + "a\r\n--b-1--", type: wrong) }
        }
    }

    private static func upload(
        _ server: TestServer, _ bytes: [UInt8], language: String = "en"
    ) async throws -> RawAnswer {
        let head = "--frontier\r\nContent-Disposition: form-data; name=\"bundle\"; filename=\"a.asice\"\r\n\r\n"
        return try await server.post(
            Site.verify + "?lang=\(language)", nil,
            bytes: Array(head.utf8) + bytes + Array("\r\n--frontier--\r\n".utf8),
            type: "multipart/form-data; boundary=frontier")
    }
}
