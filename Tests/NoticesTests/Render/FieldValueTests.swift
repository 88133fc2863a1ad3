import Evidence
import Testing

@testable import Notices

@Suite struct FieldValueTests {
    private static func faults(_ values: [String: JSONValue]) throws -> [FieldFault] {
        do {
            _ = try SmallKind.render(values)
            return []
        } catch let failure as RenderFailure {
            return failure.faults
        }
    }

    @Test func `all faults are listed at once, unknown fields too`() throws {
        let faults = try Self.faults([
            "title": .null, "body": .string(" \n "), "day": .string("2026-02-30"), "sum": .number(1.5),
            "times": .string("ten"), "mode": .string("medium"), "zzz": .integer(1), "aaa": .bool(true),
        ])
        #expect(faults.map(\.field) == ["sum", "day", "times", "mode", "title", "body", "aaa", "zzz"])
        for fault in faults { #expect(!fault.message.zh.isEmpty && !fault.message.en.isEmpty) }
    }

    static let refused: [(String, JSONValue, String)] = [
        ("title", .string("a\nb"), "single line"), ("title", .string("a\rb"), "single line"),
        ("title", .string("a\u{0}b"), "U+0000"), ("title", .string("a\u{2028}b"), "U+2028"),
        ("title", .string("a\u{202E}b"), "U+202E"), ("title", .string("\u{200B}"), "U+200B"),
        ("title", .string("\u{E0041}"), "U+E0041"), ("title", .string("\u{1FFFF}"), "U+1FFFF"),
        ("title", .string("\u{FEFF}x"), "U+FEFF"), ("title", .integer(1), "wrong type"),
        ("title", .array([.string("x")]), "wrong type"), ("title", .object([:]), "wrong type"),
        ("title", .string(String(repeating: "x", count: 201)), "too long"),
        ("body", .string("a\u{7}b"), "U+0007"), ("body", .string("a\u{2029}b"), "U+2029"),
        ("items", .string("x"), "wrong type"), ("items", .array([.integer(1)]), "wrong type"),
        ("items", .array([.string(" ")]), "is empty"), ("items", .array([.string("a\nb")]), "single line"),
        ("items", .array(Array(repeating: .string("x"), count: 101)), "at most 100"),
        ("sum", .string("1,000.00"), "is not an amount"), ("sum", .string("1.234"), "is not an amount"),
        ("sum", .string("-1"), "is not an amount"), ("sum", .string("1e3"), "is not an amount"),
        ("sum", .string("１"), "is not an amount"), ("sum", .number(0.1), "wrong type"),
        ("sum", .string("0"), "less than the minimum"), ("sum", .string("1000000.01"), "more than the maximum"),
        ("day", .string("2025-02-29"), "is not a day"), ("day", .string("30.11.2026"), "is not a day"),
        ("day", .string("2026-11-31"), "is not a day"), ("day", .integer(20_261_130), "wrong type"),
        ("times", .number(1.5), "wrong type"), ("times", .string("1x"), "whole number"),
        ("times", .integer(0), "less than the minimum"), ("times", .integer(10), "more than the maximum"),
        ("who", .string("张三<b>"), "signs no name has"), ("who", .string("张三1"), "signs no name has"),
        ("phone", .string("call me"), "telephone"), ("phone", .string("1234"), "telephone"),
        ("phone", .string("138+0013 8000"), "telephone"),
        ("mail", .string("a@b"), "mail address"), ("mail", .string("a b@c.d"), "mail address"),
        ("mail", .string("a@b.c>\r\nRCPT TO:<x@y.z"), "single line"), ("mail", .string("张@例子.中国"), "mail address"),
        ("mode", .string("FAST"), "is not an option"),
    ]

    @Test(arguments: refused)
    func `a value that does not fit its field is refused with field, value and cure`(
        field: String, value: JSONValue, words: String
    ) throws {
        let faults = try Self.faults([field: value])
        #expect(faults.first?.field == field)
        #expect(faults.first?.message.en.contains(words) == true, "\(faults)")
    }

    @Test func `how long a text is and how long it may be are told in the same unit`() throws {
        let fault = try #require(try Self.faults(["title": .string(String(repeating: "长", count: 500))]).first)
        #expect(fault.message.en.contains("too long (500 characters); at most 200 are allowed"), "\(fault.message.en)")
        #expect(fault.message.zh.contains("过长（500字），最多200字"), "\(fault.message.zh)")
    }

    @Test func `a field of ten megabytes is refused without being read, and shown shortened`() throws {
        let faults = try Self.faults(["body": .string(String(repeating: "长", count: 3_500_000))])
        #expect(faults.count == 1)
        #expect(faults[0].message.en.contains("too long (more than "))
        #expect(faults[0].message.zh.contains("过长（超过"))
        #expect(faults[0].message.en.utf8.count < 400)
    }

    static let accepted: [(String, JSONValue)] = [
        ("who", .string("欧阳娜娜·阿依古丽")), ("who", .string("𠮷田")), ("who", .string("Jean-Luc O’Neill Jr.")),
        ("phone", .string("+86 138 0013 8000")), ("mail", .string("first.last+tag@sub.example.com")),
        ("sum", .integer(12)), ("sum", .string("12.5")), ("times", .string("7")), ("day", .string("2028-02-29")),
        ("title", .string("  trimmed  ")),
    ]

    @Test(arguments: accepted)
    func `a value that fits is taken`(field: String, value: JSONValue) throws {
        #expect(try Self.faults([field: value]).isEmpty)
    }

    @Test func `a field belongs to its case: needed there, refused elsewhere`() throws {
        #expect(try Self.faults(["mode": .string("fast")]).map(\.field) == ["fee"])
        #expect(try Self.faults(["mode": .string("slow"), "fee": .string("1")]).map(\.field) == ["fee"])
        #expect(try Self.faults(["mode": .string("fast"), "fee": .string("1")]).isEmpty)
        // Of a case that is none, only that is said.
        #expect(try Self.faults(["mode": .string("medium"), "fee": .string("1")]).map(\.field) == ["mode"])
    }

    @Test func `while a case that must be chosen is missing, nothing is refused as foreign to it`() throws {
        let fields = SmallKind.fields.replacing("example: fast,", with: "example: fast, required: true,")
        let renderer = try Renderer(library: TemplateLibrary(files: SmallKind.files(fields: fields)))
        let failure = #expect(throws: RenderFailure.self) {
            try renderer.render(
                kind: "memo", version: 1, language: .english,
                values: ["title": .string("T"), "body": .string("B"), "fee": .string("1")], context: .example())
        }
        #expect(failure?.faults.map(\.field) == ["mode"])
    }

    @Test func `nor what hangs on a choice that another choice demands`() throws {
        // Which notice is given hangs on the ground, and the month's pay on the notice given.
        let template = try #require(try ShippedTemplates.library().template(kind: "dismissal", version: nil))
        let failure = #expect(throws: RenderFailure.self) {
            try FieldValues(
                checking: ["extraMonthPay": .string("8000")], fields: template.fields,
                issueDate: try #require(CivilDate("2026-11-21")))
        }
        let fields = Set((failure?.faults ?? []).map(\.field))
        #expect(fields.contains("ground") && !fields.contains("extraMonthPay"), "\(fields)")
    }

    @Test func `the snapshot keeps values in one canonical form`() throws {
        let a = try SmallKind.render(["sum": .string("12.5"), "times": .string("7"), "title": .string(" T ")])
        let b = try SmallKind.render(["title": .string("T"), "times": .integer(7), "sum": .string("12.50")])
        #expect(a.fields == b.fields)
        #expect(a.contentHash == b.contentHash)
        #expect(String(decoding: a.fields, as: UTF8.self) == #"{"body":"B","sum":"12.50","times":7,"title":"T"}"#)
    }

    @Test func `an unknown kind or version is answered with the ones there are`() throws {
        let renderer = try SmallKind.renderer()
        for (kind, version, field) in [("memo", 9, "version"), ("meno", 1, "kind")] {
            let failure = #expect(throws: RenderFailure.self) {
                try renderer.render(
                    kind: kind, version: version, language: .english, values: [:], context: .example())
            }
            #expect(failure?.faults.map(\.field) == [field])
        }
    }

    @Test func `circumstances are checked like fields`() throws {
        var context = RenderContext.example()
        context.recipient = "张三\r\nBcc: x@y.z"
        context.issuer = " "
        let failure = #expect(throws: RenderFailure.self) {
            try SmallKind.renderer().render(
                kind: "memo", version: 1, language: .english, values: [:], context: context)
        }
        #expect(failure?.faults.map(\.field) == ["issuer", "recipient", "title", "body"])
    }

    static let sums = [
        ("0", "零元整"), ("0.05", "伍分"), ("0.50", "伍角整"), ("1.05", "壹元零伍分"), ("10", "壹拾元整"),
        ("1005", "壹仟零伍元整"), ("12345.6", "壹万贰仟叁佰肆拾伍元陆角整"), ("100010001", "壹亿零壹万零壹元整"),
        ("100000001.01", "壹亿零壹元零壹分"), ("63200.00", "陆万叁仟贰佰元整"), ("20050.30", "贰万零伍拾元叁角整"),
    ]

    @Test(arguments: sums)
    func `sums are written in the capitals of formal documents`(digits: String, capitals: String) throws {
        #expect(try #require(Amount(digits)).chineseCapitals == capitals)
    }

    @Test func `days of the calendar survive the round trip through their numbers`() throws {
        for text in ["1970-01-01", "1969-12-31", "2000-02-29", "2026-11-21", "0001-01-01", "9999-12-31", "2100-03-01"] {
            let date = try #require(CivilDate(text))
            #expect(date.description == text)
        }
        #expect(CivilDate("1970-01-01")?.dayNumber == 0)
        #expect(CivilDate("2026-11-21")?.dayNumber == 20_778)
        #expect(CivilDate("2100-02-29") == nil)
    }
}
