import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Console

/// The printed report on a notice: true to the entries, the same each time, and on record as read.
@Suite struct ProofReportTests {
    @Test(arguments: Backend.allCases)
    func `a report says in both languages what was observed and what is missing, and that it was taken is an entry`(
        _ backend: Backend
    ) async throws {
        try await TestServer.with(backend) { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let inbox = try #require(try await gateway.deliveries(of: id, .inbox).first)
            let shown = try await gateway.pipeline.read.open(inbox.id, person: person, by: .account, source: .inbox)
            _ = try await gateway.pipeline.read.answer(
                .acknowledge(shown.document.hash), to: inbox.id, person: person, by: .account, source: .inbox)
            _ = try await gateway.pipeline.read.answer(
                .object("不同意 | zzobjectionzz\n另行申诉"), to: inbox.id, person: person, by: .account, source: .inbox)
            try await gateway.sequence()
            let notice = shown.notice
            let key = try await server.key(.read)
            for (language, wanted) in [
                (
                    "zh-CN",
                    [
                        "送达证明报告", "4/5", "4经身份验证的本人打开全文，或者确认签收而未附签名", "张三", "本人已签收", "收到异议",
                        "zzobjectionzz", "打开全文", "不独立", "离线核验", "第1页共",
                    ]
                ),
                (
                    "en",
                    [
                        "Proofreport", "4/5", "5signedforbytheperson", "acknowledgedbythemwithoutasignature", "张三",
                        "acknowledgedreceipt", "Objectionreceived", "notindependent",
                        "Page1of",
                    ]
                ),
            ] {
                let answer = try await server.get(
                    "/v1/notices/\(notice.number)/proof-report.pdf?language=\(language)", key)
                #expect(
                    answer.status == 200 && answer["content-type"] == "application/pdf", "\(answer.text.prefix(300))")
                #expect(answer["content-disposition"]?.contains("\(notice.number)-report.\(language).pdf") == true)
                let text = try PDFText.of(answer.body)
                for words in wanted + [notice.number, shown.document.hash.hex, notice.contentHash.hex, "songda-verify"]
                {
                    #expect(text.contains(words), "\(language): \(words) is not in \(text)")
                }
                // Neither the text of the notice nor what was stated about the person is printed.
                for secret in ["E-2026-0911", "连续五个工作日", "华东区销售经理"] { #expect(!text.contains(secret), "\(secret)") }
                let read = try #require(try await gateway.facts(.evidenceRead, of: id).last)
                #expect(read.facts["what"] == "proof report" && read.facts["language"]?.string == language)
                #expect(read.facts["reportHash"]?.string == SHA256.hash(answer.body).hex)
                try await gateway.sequence()
            }
            #expect(
                try await server.get("/v1/notices/\(notice.number)/proof-report.pdf?language=fr", key).status == 400)
            #expect(try await server.get("/v1/notices/SD-20261121-AAAA-AAAA/proof-report.pdf", key).status == 404)
            #expect(try await gateway.facts(.evidenceRead, of: id).count == 2)
        }
    }

    @Test func `the same entries give the same bytes, and what could not be printed was not read`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let id = try await Self.noticeWithTrouble(gateway)
            let printer = DocumentMaker(typesetter: try TestResources.typesetter())
            let kept = Box<[ProofReport]>([])
            for _ in 0..<2 {
                await #expect(throws: TestSupportError.self) {
                    _ = try await gateway.pipeline.prove.report(of: id, in: .chinese, for: .author) { material in
                        kept.store(kept.load() + [try Self.report(material, .chinese)])
                        throw TestSupportError("the printer is on fire")
                    }
                }
                gateway.pass(.seconds(60))
            }
            let reports = kept.load()
            try #require(reports.count == 2)
            let first = try await printer.report(reports[0].printed)
            #expect(try await printer.report(reports[1].printed) == first)
            #expect(try await gateway.facts(.evidenceRead, of: id).isEmpty)
        }
    }

    @Test func `a long time line fills several numbered pages, each with its code, and nothing is lost`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let id = try await Self.noticeWithTrouble(gateway)
            let key = try await server.key(.read)
            let answer = try await server.get("/v1/notices/\(id)/proof-report.pdf?language=zh-CN", key)
            let text = try PDFText.of(answer.body)
            let pages = text.components(separatedBy: "页共").count - 1
            #expect(pages >= 4, "\(pages)")
            for page in 1...pages { #expect(text.contains("第\(page)页共\(pages)页"), "page \(page)") }
            let lines = try await gateway.events(of: id).count - 1
            for line in 1...lines {
                #expect(text.contains("(见时间线第\(line)项)") || text.contains("\(line)2026-"), "line \(line)")
            }
            #expect(text.contains("对方暂时拒收") && text.contains("4514.7.1greylisted"))
            #expect(text.contains("对送达或者记录不利的事件"))
        }
    }

    @Test func `the commands that a report prints find a bundle sound, and a changed document not`() async throws {
        try await TestServer.with { server in
            let gateway = server.gateway
            let person = try await gateway.person()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            _ = person
            let number = try #require(try await gateway.store.notice(id)).number
            let printed = Box<String>("")
            _ = try await gateway.pipeline.prove.report(of: id, in: .english, for: .author) { material in
                printed.store(try Self.report(material, .english).printed.markdown)
                return []
            }
            let (name, bundle) = try await gateway.pipeline.prove.bundle(of: id, for: .author)
            #expect(name == "\(number).asice")
            let block = try #require(printed.load().components(separatedBy: "```").dropFirst().first)
            // The program itself is tried end to end; here the stock tools are.
            let commands = block.split(separator: "\n").dropFirst().filter { !$0.contains("songda-verify") }
            let folder = try TemporaryDirectory.make("songda-report")
            try Data(bundle.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            try Data(gateway.keys.issuer.certificate.pem.utf8).write(to: URL(fileURLWithPath: "\(folder)/roots.pem"))
            let script = "set -e\n" + commands.joined(separator: "\n")
            let sound = try Shell.run(script, in: folder)
            #expect(sound.status == 0, "\(sound.output)")
            let hash = try #require(commands.first { $0.hasPrefix("# ") }).dropFirst(2)
            #expect(sound.output.contains("\(hash)  documents/notice.pdf"))
            let changed =
                script.replacing("set -e\n", with: "").replacing(
                    "unzip ../\(name)", with: "printf x >> documents/notice.pdf"
                )
                .replacing("mkdir bundle && ", with: "")
            let broken = try Shell.run("set -e\n" + changed, in: folder)
            #expect(broken.status != 0 && !broken.output.contains("\(hash)  "))
        }
    }

    @Test func `a rehearsal is marked on every page, and somebody who only approves takes no report`() async throws {
        try await TestServer.with(isRehearsal: true) { server in
            try await server.gateway.person()
            let id = try await server.gateway.issue(server.gateway.clientContactChange())
            try await server.gateway.settle()
            let legal = try await Browser.signedIn(server, "chen", .read)
            let page = try await legal.get(Site.page(Site.noticePage, id))
            #expect(page.text.contains("proof-report.pdf"))
            let report = try await legal.post(Site.page(Site.noticeReport, id), [("language", "en")])
            #expect(report["content-disposition"]?.contains("filename=\"REHEARSAL-SD-") == true)
            let text = try PDFText.of(report.body)
            let pages = text.components(separatedBy: "Page").count - 1
            #expect(text.components(separatedBy: "REHEARSAL,NOLEGALEFFECT").count - 1 >= pages)
            #expect(
                try await legal.get("/search?q=" + (try #require(try await server.gateway.store.notice(id)).number))
                    .text
                    .contains("proof-report.pdf"))
            let approver = try await Browser.signedIn(server, "wang", .approve)
            _ = try await approver.get(Site.page(Site.noticePage, id))
            #expect(try await approver.post(Site.page(Site.noticeReport, id), [("language", "en")]).status == 403)
            #expect(try await server.get(Site.page(Site.noticeReport, id)).status == 405)
        }
    }

    @Test func `a rehearsal is not said to be deemed served, and nothing follows from one that was withdrawn`()
        async throws
    {
        try await TestServer.with(isRehearsal: true) { server in
            let gateway = server.gateway
            try await gateway.person()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let key = try await server.key(.read)
            func printed(_ language: String) async throws -> String {
                let path = "/v1/notices/\(id)/proof-report.pdf?language=\(language)"
                return try PDFText.of(try await server.get(path, key).body)
            }
            let browser = try await Browser.signedIn(server, "chen", .read)
            func page() async throws -> String {
                try await browser.get(Site.page(Site.noticePage, id) + "?lang=en").text
            }
            func conclusions() async throws -> [JSONValue] {
                try await server.get("/v1/notices/\(id)/timeline", key).json["deemedService"]?.array ?? []
            }
            let (zh, en) = (try await printed("zh-CN"), try await printed("en"))
            #expect(zh.contains("如为正式通知，依规则将视为送达") && !zh.contains("依规则视为送达"))
            #expect(en.contains("Arehearsalservesnothing") && !en.contains("Deemedservedbyrule"))
            #expect(try await page().contains("A rehearsal serves nothing"))
            #expect(try await !conclusions().isEmpty)
            #expect(try await conclusions().allSatisfy { $0["rehearsal"] == true })
            _ = try await gateway.pipeline.issue.cancel(id, reason: "only rehearsed", by: .author)
            try await gateway.sequence()
            let (after, english) = (try await printed("zh-CN"), try await printed("en"))
            #expect(after.contains("已撤回，不视为送达") && !after.contains("将视为送达"))
            #expect(english.contains("isnotdeemedserved") && !english.contains("wouldbedeemedserved"))
            #expect(try await !page().contains("would be deemed served"))
            #expect(try await conclusions().isEmpty)
        }
    }

    @Test func `numbers of identity documents are hidden and short numbers are not`() {
        #expect(ProofReport.hidingNumbers("身份证 310101199001011234，2026年") == "身份证 310************234，2026年")
        #expect(ProofReport.hidingNumbers("警号 031234") == "警号 031234")
    }

    /// A notice whose mail is put off again and again until its time is up.
    private static func noticeWithTrouble(_ gateway: TestGateway) async throws -> NoticeID {
        try await gateway.person()
        gateway.mail.always(.outcome(.deferred(reason: "451 4.7.1 greylisted", after: nil)))
        let id = try await gateway.issue(gateway.clientContactChange())
        try await gateway.settle()
        while let due = try await gateway.deliveries(of: id, .email).first?.dueAt {
            gateway.pass(due.since(gateway.clock.now))
            _ = try await gateway.dispatcher(.email).runOnce()
        }
        try await gateway.sequence()
        return id
    }

    private static func report(
        _ material: ProofDesk.ReportMaterial, _ language: PageLanguage
    ) throws -> ProofReport {
        let words = try ConsoleWords(directory: TestResources.root + "/templates/console")
        return ProofReport(
            material: material, phrases: Phrasebook(words, language, library: try TestResources.templates()),
            checkPage: "https://hr.example.com/check")
    }
}

/// What a reader copies out of a PDF, without its white space, because lines are broken anywhere.
enum PDFText {
    static func of(_ pdf: [UInt8]) throws -> String {
        let folder = try TemporaryDirectory.make("songda-pdf")
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a file left behind harms nobody
        try Data(pdf).write(to: URL(fileURLWithPath: "\(folder)/a.pdf"))
        if let kept = ProcessInfo.processInfo.environment["SONGDA_KEEP_PDF"] {
            try Data(pdf).write(to: URL(fileURLWithPath: "\(kept)/\(SHA256.hash(pdf).hex.prefix(8)).pdf"))
        }
        let run = try Shell.run("pdftotext -enc UTF-8 a.pdf -", in: folder)
        #expect(run.status == 0)
        return String(run.output.filter { !$0.isWhitespace })
    }
}

/// Runs a script of shell in a directory.
enum Shell {
    static func run(_ script: String, in directory: String) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
