import Foundation

@testable import Evidence

/// One finding in both languages, and what a reader of one of them would miss.
struct SentencePair {
    let chinese: String
    let english: String

    init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        self.english = english
    }

    init(_ check: VerificationReport.Check) { self.init(check.chinese, check.english) }

    init(_ error: EvidenceError) { self.init(error.chinese, error.reason) }

    /// What is wrong with the pair, in words; empty when each sentence is of its language and both name the same values.
    var faults: [String] {
        var faults: [String] = []
        if chinese.range(of: #"\p{Han}"#, options: .regularExpression) == nil {
            faults.append("no Chinese: \(chinese)")
        }
        if let words = Self.englishWords(in: chinese) { faults.append("English \"\(words)\" in: \(chinese)") }
        let plain = english.split(separator: " ").filter { !$0.contains("=") }.joined(separator: " ")
        if Self.without(#"".*?""#, plain).range(of: #"\p{Han}"#, options: .regularExpression) != nil {
            faults.append("Chinese in: \(english)")
        }
        for value in values where !chinese.contains(value) { faults.append("\(value) is missing in: \(chinese)") }
        return faults
    }

    /// Words of the English sentence that stand for something: numbers, hashes, files, names.
    private var values: [String] {
        english.split(whereSeparator: \.isWhitespace)
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: ",:;.()[]\"")) }
            .filter { $0.contains { $0.isNumber || $0 == "/" || $0 == "=" } }
    }

    /// Two or more English words in a row, outside of what is quoted.
    static func englishWords(in text: String) -> String? {
        let own = without("“.*?”", without("（(OpenSSL|libzip)：.*?）", text))
        let part = "A-Za-z0-9_./@=+-"
        return own.range(of: "(?<![\(part)])[a-z']+( [a-z']+)+(?![\(part)])", options: .regularExpression)
            .map { String(own[$0]) }
    }

    private static func without(_ pattern: String, _ text: String) -> String {
        text.replacingOccurrences(of: pattern, with: "", options: .regularExpression)
    }
}
