import COpenSSL

/// OpenSSL's error queue of the current thread.
///
/// Emptied at each failed call: what is left there would be reported for the next, innocent call.
enum OpenSSLQueue {
    /// What stands for its words where it has none.
    static let silence = "OpenSSL gave no reason"

    /// Removes everything queued and returns it as text, innermost cause first.
    static func drain() -> String {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            var line = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(code, &line, line.count)
            let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            reasons.append(String(decoding: text, as: UTF8.self))
        }
        return reasons.isEmpty ? silence : reasons.joined(separator: "; ")
    }

    /// An error with the sentence given and OpenSSL's own words as its detail.
    static func error(
        _ code: EvidenceError.Code, _ reason: String, chinese: String? = nil
    ) -> EvidenceError {
        EvidenceError(code, reason, chinese: chinese, detail: drain())
    }
}
