import Evidence
import Foundation
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// What desks refuse is said in Chinese, with its values, wherever pages can show it.
@Suite struct RefusalTests {
    private static let directory = TestResources.root + "/templates/console"

    private func chinese() throws -> Phrasebook { Phrasebook(try ConsoleWords(directory: Self.directory), .chinese) }

    private func patterns() throws -> [String] {
        let data = try #require(FileManager.default.contents(atPath: Self.directory + "/refusals.json"))
        guard case .object(let members) = try JSONValue(parsing: Array(data)) else { return [] }
        return Array(members.keys)
    }

    /// Programs alone meet these, or whoever writes templates and rules: they are told in English.
    private static let exempt = [
        "Console/API/", "Console/JSON/", "Console/Callbacks/", "Console/Problem.swift", "Notices/2-Render/Template",
    ]

    @Test func `whatever desks and pages refuse has its Chinese, and no Chinese is left of what nobody refuses`() throws
    {
        let words = try ConsoleWords(directory: Self.directory)
        let found = try RefusalSources.all()
        for one in found where !Self.exempt.contains(where: { one.file.hasPrefix($0) }) {
            #expect(words.refusal(one.pattern) != nil, "\(one.file):\(one.line): \"\(one.pattern)\"")
        }
        let said = Set(found.map(\.pattern))
        #expect(said.count > 600, "the sources are read no more")
        for pattern in try patterns() where pattern.isEnglish && !said.contains(pattern) {
            Issue.record("nobody refuses \"\(pattern)\" any more")
        }
    }

    @Test func `names of codes that stand in refusals have their words`() throws {
        let words = try ConsoleWords(directory: Self.directory)
        let names =
            Permission.allCases.map { "permission_\($0.rawValue)" } + Role.allCases.map { "role_\($0.rawValue)" }
            + APIKey.Scope.allCases.map { "scope_\($0.rawValue)" }
            + ShiftPlan.State.allCases.map { "shiftPlan_\($0.rawValue)" }
            + RosterImport.State.allCases.map { "rosterImport_\($0.rawValue)" }
            + HandoverFile.Purpose.allCases.map { "purpose_\($0.rawValue)" }
            + Goal.State.allCases.map { "goal_\($0.rawValue)" } + Review.State.allCases.map { "review_\($0.rawValue)" }
            + Alert.State.allCases.map { "riskState_\($0.rawValue)" }
            + HandoverStage.allCases.map { "at_due.\($0.rawValue)" }
        for name in names {
            for language in PageLanguage.allCases { #expect(words.word(name, language) != name, "\(name)") }
        }
        let families = try patterns().flatMap { pattern in
            (words.refusal(pattern) ?? "").split(separator: "|").dropFirst().map { $0.prefix { $0 != "}" } }
        }
        for family in Set(families) {
            #expect(words.all(.chinese).keys.contains { $0.hasPrefix(family) }, "\(family)")
        }
    }

    @Test func `a refusal is told with its values, its states by name, its places and what stands within it`() throws {
        let book = try chinese()
        #expect(
            book.refusal(PeopleError(.conflict, "plan \("P-1") is \("in_force") and cannot become \("draft")"))
                == "排班 P-1 目前为“已生效”，不能改为“草稿”")
        let denied = PeopleError(
            .forbidden,
            "\("managePay") is not among what \("employee, manager") may do; ask HR, or use a key of somebody who may")
        #expect(book.refusal(denied) == "您的角色（员工、部门负责人）不能“管理薪酬”；请联系人力资源部，或由有权限的人办理")
        let within: Sentence = "the leaver has not confirmed it as it is now"
        #expect(
            book.refusal(PeopleError(.locked, "\("笔记本电脑") cannot be accepted: \(within)"))
                == "“笔记本电脑”不能通过：离职人还没有就现在的内容确认")
        let faults: [PeopleError.Fault] = [
            .init(field: "rows[1].amount", message: "is missing; give the sum, for example 12000.00"),
            .init(field: "note", message: "is empty; say why"), .init(field: "elsewhere", message: .said("另有一处")),
        ]
        #expect(
            book.refusal(PeopleError(.invalid, "the statement cannot be taken", faults: faults))
                == "申报的清单没有接收：第 2 行金额：缺失；请填写金额，如 12000.00；说明：不能为空；请写明理由；另有一处")
        // Nobody's input is taken for a place in a text, or for a pattern.
        #expect(book.refusal(NoticeError(.notFound, "there is no route \"\("{0|role_}")\"")).contains("“{0|role_}”"))
        #expect(
            book.refusal(NoticeError(.invalid, .said("there is no route {0}"))).contains("详情：there is no route {0}"))
    }

    @Test(arguments: [
        (#"{"there is no order {0}": "没有订单"}"#, "loses a value"),
        (#"{"there is no order {0}": "没有订单 {0}、{1}"}"#, "has a value too many"), (#"["x"]"#, "is no object"),
    ])
    func `a Chinese refusal without the values of the English refuses the start`(_ text: String, _ why: String) throws {
        let directory = try TemporaryDirectory.make("songda-refusals")
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.copyItem(atPath: Self.directory + "/words.json", toPath: directory + "/words.json")
        try text.write(toFile: directory + "/refusals.json", atomically: true, encoding: .utf8)
        #expect(throws: PageTemplates.Fault.self, "\(why)") { try ConsoleWords(directory: directory) }
        try #"{"there is no order {0}": "没有订单 {0}"}"#
            .write(toFile: directory + "/refusals.json", atomically: true, encoding: .utf8)
        #expect(try ConsoleWords(directory: directory).refusal("there is no order {0}") == "没有订单 {0}")
    }
}
