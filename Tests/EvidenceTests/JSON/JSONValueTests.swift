import Testing

@testable import Evidence

struct JSONValueTests {
    // RFC 8785 appendix B: bit patterns and their text.
    static let numbers: [(UInt64, String)] = [
        (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
        (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"), (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"), (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
        (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
        (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
        (0x444B_1AE4_D6E2_EF50, "1e+21"), (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
        (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5553, "333333333.3333332"),
        (0x41B3_DE43_5555_5554, "333333333.33333325"), (0x41B3_DE43_5555_5555, "333333333.3333333"),
        (0x41B3_DE43_5555_5556, "333333333.3333334"), (0x41B3_DE43_5555_5557, "333333333.33333343"),
        (0xBECB_F647_612F_3696, "-0.0000033333333333333333"), (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
    ]

    @Test(arguments: numbers)
    func `a number takes the form of RFC 8785`(bits: UInt64, text: String) throws {
        #expect(JSONValue.number(Double(bitPattern: bits)).canonicalText == text)
    }

    @Test func `integers are written digit by digit`() {
        for value: Int64 in [0, 7, -7, 10, 100, 4_503_599_627_370_496, -9_007_199_254_740_991] {
            #expect(JSONValue.integer(value).canonicalText == String(value))
        }
    }

    @Test func `a number JSON cannot carry exactly is not signed`() {
        #expect(JSONValue.integer(1 << 53).exactCanonicalBytes() == nil)
        #expect(JSONValue.array([.number(.nan)]).exactCanonicalBytes() == nil)
        #expect(JSONValue.integer(1 << 53 - 1).exactCanonicalBytes() != nil)
    }

    @Test func `the example of RFC 8785 comes out byte for byte`() throws {
        let input = #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(try JSONValue(parsing: input).canonicalText == expected)
    }

    @Test func `members are sorted by UTF-16 code units`() throws {
        let input = #"""
            {"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}
            """#
        let text = try JSONValue(parsing: input).canonicalText
        let order = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
        let found = order.compactMap { word in text.firstRange(of: word)?.lowerBound }
        #expect(found.count == order.count)
        #expect(found == found.sorted())
    }

    @Test func `every control character is escaped in its shortest form`() {
        let text = String(String.UnicodeScalarView((0..<0x20).compactMap { Unicode.Scalar(UInt8($0)) }))
        #expect(
            JSONValue.string(text + "\u{7F}").canonicalText
                == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013"#
                + #"\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"# + "\u{7F}\"")
    }

    static let refused = [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{\"a\":1,\"a\":2}", "01", "-", "1.",
        ".5", "1e", "+1", "1e999", "NaN", "Infinity", "tru", "nulll", "\"", "\"\\", "\"\\x\"", "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "[1]x", "\u{FEFF}1", "/* */1", "'a'",
    ]

    @Test(arguments: refused)
    func `what has no one reading is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [[0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xFF, 0x22], [0xE9]] as [[UInt8]])
    func `invalid UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func `nesting is followed to 64 levels and no further`() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(100_000)) }
    }

    @Test func `a byte order mark is refused with what to do about it`() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) }
        #expect(error?.offset == 0 && error?.reason.contains("save it as UTF-8 without one") == true)
    }

    @Test func `a text over the size limit is refused before it is read`() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[1,2,3]".utf8), maximumBytes: 6) }
    }

    @Test func `values are reached by name and place`() throws {
        let value = try JSONValue(parsing: #"{"a":[1,2.5,"x",true,null],"b":{"c":"送达"}}"#)
        #expect(value["a"]?[0]?.integer == 1)
        #expect(value["a"]?[1]?.number == 2.5)
        #expect(value["a"]?[2]?.string == "x")
        #expect(value["a"]?[3]?.bool == true)
        #expect(value["a"]?[4]?.isNull == true)
        #expect(value["a"]?[9] == nil)
        #expect(value["b"]?["c"]?.string == "送达")
        #expect(value["none"] == nil)
    }

    @Test func `the canonical form reads back as itself`() throws {
        let value: JSONValue = ["z": 1, "a": [nil, true, -3.25, "文\u{1F600}\n\"\\"], "": ["": ""]]
        let bytes = value.canonicalBytes
        #expect(try JSONValue(parsing: bytes) == value)
        #expect(try JSONValue(parsing: bytes).canonicalBytes == bytes)
    }
}
