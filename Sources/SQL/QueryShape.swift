/// What the text of a query is made of, before it is written out.
///
/// The literals of a source line lie in the program's own memory for as long as it runs, so their addresses tell two lines
/// apart. A statement that was prepared before is therefore found again without its text being built, which costs more than
/// many a statement takes to run.
struct QueryShape: Hashable, Sendable {
    /// One part of the text.
    enum Piece: Hashable, Sendable {
        /// Text of the program.
        case literal(address: UInt, count: Int)
        /// One value.
        case value
        /// So many values in parentheses.
        case list(Int)
        /// So many rows of so many values, each row in parentheses.
        case rows(Int, width: Int)
        /// A text made at run time, by its number.
        case given(Int)
    }

    private var pieces: [Piece] = []
    private var given: [String] = []

    init() {}

    init(given text: String) { append(given: text) }

    mutating func reserve(_ count: Int) { pieces.reserveCapacity(count) }

    mutating func append(_ literal: StaticString) {
        guard literal.hasPointerRepresentation else { return append(given: literal.description) }
        guard literal.utf8CodeUnitCount > 0 else { return }
        pieces.append(.literal(address: UInt(bitPattern: literal.utf8Start), count: literal.utf8CodeUnitCount))
    }

    mutating func appendValue() { pieces.append(.value) }

    mutating func appendList(_ count: Int) { pieces.append(.list(count)) }

    mutating func appendRows(_ count: Int, width: Int) { pieces.append(.rows(count, width: width)) }

    private mutating func append(given text: String) {
        pieces.append(.given(given.count))
        given.append(text)
    }

    mutating func append(_ other: QueryShape) {
        guard !other.given.isEmpty else { return pieces.append(contentsOf: other.pieces) }
        for piece in other.pieces {
            if case .given(let number) = piece {
                append(given: other.given[number])
            } else {
                pieces.append(piece)
            }
        }
    }

    /// The text, with this sign and a number where each value goes.
    func text(marking sign: String) -> String {
        var text = ""
        var values = 0
        func next() -> String {
            values += 1
            return sign + String(values)
        }
        for piece in pieces {
            switch piece {
            case .literal(let address, let count):
                let start = UnsafePointer<UInt8>(bitPattern: address)
                text += String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
            case .value: text += next()
            case .list(0): text += "(NULL)"
            case .list(let count): text += "(" + (0..<count).map { _ in next() }.joined(separator: ",") + ")"
            case .rows(let count, let width):
                text += (0..<count).map { _ in "(" + (0..<width).map { _ in next() }.joined(separator: ",") + ")" }
                    .joined(separator: ",")
            case .given(let number): text += given[number]
            }
        }
        return text
    }

    /// Where the values of rows begin among all values, how many they are, and how many make a row.
    var blocks: [(start: Int, count: Int, width: Int)] {
        var found: [(start: Int, count: Int, width: Int)] = []
        var start = 0
        for piece in pieces {
            switch piece {
            case .value: start += 1
            case .list(let count): start += count
            case .rows(let count, let width):
                found.append((start, count * width, width))
                start += count * width
            case .literal, .given: continue
            }
        }
        return found
    }

    /// Only the addresses and counts are mixed: equality looks closer, and collisions are rare.
    func hash(into hasher: inout Hasher) {
        var sum: UInt = 0
        for piece in pieces {
            let mark: UInt =
                switch piece {
                case .literal(let address, let count): address &+ UInt(count)
                case .value: 1
                case .list(let count): UInt(count) << 2 | 2
                case .rows(let count, let width): UInt(count) << 20 | UInt(width) << 2 | 2
                case .given: 3
                }
            sum = sum &* 0x9E37_79B9_7F4A_7C15 &+ mark
        }
        hasher.combine(sum)
        for text in given { hasher.combine(text) }
    }
}
