import People
import Testing

struct FormulaTests {
    private func value(_ text: String, _ names: [String: String] = [:]) throws -> String {
        try Formula(text).value(names.compactMapValues { ExactNumber($0) }).description
    }

    @Test func `sums are exact and follow the usual order`() throws {
        #expect(try value("0.1 + 0.2") == "0.3")
        #expect(try value("2 + 3 * 4 - 6 / 4") == "12.5")
        #expect(try value("(1 / 3) * 3") == "1")
        #expect(try value("-(2 - 5)") == "3")
        #expect(try value("10 - 4 - 3") == "3")
        #expect(
            try value("max(0, min(loss, 0.2 * wage, wage - least))", ["loss": "900", "wage": "3000", "least": "2740"])
                == "260")
        #expect(try value("if(days == 0, 0, 100 / days)", ["days": "0"]) == "0")
        #expect(try value("floor(7 / 2) + round(2.345, 2)") == "5.35")
        #expect(try value("(3 >= 3) + (3 > 3) + (1 != 2) + (2 <= 1) + (1 < 2)") == "3")
    }

    @Test func `a half is rounded away from zero, once`() throws {
        #expect(ExactNumber("0.005")?.text(places: 2) == "0.01")
        #expect(ExactNumber("-0.005")?.text(places: 2) == "-0.01")
        #expect(ExactNumber("2.674999")?.text(places: 2) == "2.67")
        #expect(ExactNumber("8900")?.text(places: 2) == "8900.00")
        #expect(try Formula("1 / 3").value([:]).description == "1/3")
    }

    @Test(arguments: [
        ("wage +", 7, "ends where a value is due"), ("wage / 0", 6, "divides by zero"), ("1 2", 3, "does not continue"),
        ("(1", 3, "closing )"), ("pow(2, 3)", 1, "there is no function"), ("min()", 5, "is not a value"),
        ("round(1)", 1, "takes"), ("1..2", 1, "is not a number"), ("a; b", 2, "does not continue"), ("", 1, "ends"),
        ("min", 1, "is a function"), ("1 = 2", 3, "does not continue"),
    ])
    func `what is no formula is refused with its place`(_ text: String, _ column: Int, _ reason: String) throws {
        let fault = try #require(throws: Formula.Fault.self) { try Formula(text) }
        #expect(fault.column == column, "\(fault)")
        #expect(fault.reason.contains(reason), "\(fault)")
    }

    @Test func `an unknown name, a division by zero and a number too large are refused when it is worked out`() throws {
        let unknown = try #require(throws: Formula.Fault.self) { try value("wage + bonus", ["wage": "1"]) }
        #expect(unknown.column == 8 && unknown.reason.contains("\"bonus\" is not known"))
        let zero = try #require(throws: Formula.Fault.self) { try value("100 / days", ["days": "0"]) }
        #expect(zero.column == 5 && zero.reason.contains("by zero"))
        let large = Array(repeating: "999999999999", count: 6).joined(separator: " * ")
        let overflow = try #require(throws: Formula.Fault.self) { try value(large) }
        #expect(overflow.reason.contains("too large"))
    }

    @Test func `nesting and length have an end`() {
        let deep = String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200)
        #expect(throws: Formula.Fault.self) { try Formula(deep) }
        #expect(throws: Formula.Fault.self) { try Formula(String(repeating: "1 + ", count: 300) + "1") }
    }
}
