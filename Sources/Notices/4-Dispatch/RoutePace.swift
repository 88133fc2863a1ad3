/// How much a route may have under way at once while it comes back from a rest.
///
/// It begins with two and gains one with each answer that does not blame the route, which doubles it every round trip;
/// from thirty-two on there is no limit any more. A failure halves it.
struct RoutePace: Sendable, Hashable {
    private static let first = 2
    private static let full = 32

    private var underWay = 0
    /// Nil while nothing is limited.
    private var allowance: Int?

    /// How many more may begin; nil while nothing is limited.
    var room: Int? { allowance.map { max(0, $0 - underWay) } }

    /// Whether one more may begin.
    var hasRoom: Bool { room != 0 }

    mutating func begin() { underWay += 1 }

    mutating func giveBack() { underWay = max(0, underWay - 1) }

    mutating func end(isSuccess: Bool) {
        underWay = max(0, underWay - 1)
        guard let present = allowance else { return }
        let next = isSuccess ? present + 1 : max(1, present / 2)
        allowance = next >= Self.full ? nil : next
    }

    mutating func startSlowly() { allowance = Self.first }
}
