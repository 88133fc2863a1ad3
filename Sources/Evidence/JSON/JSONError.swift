/// Why a text is not the JSON we accept, and at which byte.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, as a sentence without the place.
    public let reason: String
    /// The same sentence in Chinese, with its place.
    public var chinese: String { "JSON 字节 \(offset) 处：\(chineseReason)" }
    private let chineseReason: String
    /// The offset of the byte at which reading stopped.
    public let offset: Int

    init(reason: String, chinese: String, offset: Int) {
        self.reason = reason
        chineseReason = chinese
        self.offset = offset
    }

    /// The sentence with its place.
    public var description: String { "JSON, byte \(offset): \(reason)" }
}
