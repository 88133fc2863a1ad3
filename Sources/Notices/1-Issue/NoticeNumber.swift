import Evidence

/// Mints the numbers people read out on the telephone: `SD-20261121-7F3K-9Q2M`.
///
/// The day is the day in China. The rest is random, so that numbers do not tell how many notices there were and no
/// counter has to be shared between processes; the store's unique index catches the collision that will not happen.
enum NoticeNumber {
    /// Crockford's alphabet: no I, L, O, U, so that nothing is misread.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    static func mint(at now: Timestamp) -> String {
        let local = now.adding(.seconds(8 * 3600)).rfc3339
        let day = local.prefix(10).filter { $0 != "-" }
        let random = SecureRandom.bytes(8).map { alphabet[Int($0) % 32] }
        let text = String(decoding: random, as: UTF8.self)
        return "SD-\(day)-\(text.prefix(4))-\(text.suffix(4))"
    }
}
