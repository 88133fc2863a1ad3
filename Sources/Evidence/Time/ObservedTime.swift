/// An instant together with the clock that showed it.
///
/// A receipt's time is somebody else's claim; keeping whose clock it was lets a reader weigh it.
public struct ObservedTime: Sendable, Hashable, Codable {
    /// The instant, as that clock gave it.
    public var at: Timestamp
    /// Whose clock: `songda`, `smtp:mx.example.com`, `tsa:…`, `provider:aliyun`.
    public var clock: String

    /// Pairs an instant with its clock.
    public init(at: Timestamp, clock: String) {
        self.at = at
        self.clock = clock
    }

    /// An instant read from our own clock.
    public static func ours(_ at: Timestamp) -> ObservedTime { ObservedTime(at: at, clock: "songda") }
}
