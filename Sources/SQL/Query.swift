/// A statement and the values it binds, written as one string with interpolations.
///
/// `"SELECT id FROM notices WHERE kind = \(kind)"` binds `kind`; no value ever becomes part of the text. The text uses
/// `$1…$n` for both engines and is a pure function of the literals, so that the same source line is prepared only once.
public struct Query: ExpressibleByStringInterpolation, Sendable, Hashable {
    /// The statement with `$1…$n` where values go.
    public private(set) var text: String
    /// The values, `$1` first.
    public private(set) var values: [SQLValue]

    /// A statement without values.
    public init(stringLiteral text: String) {
        self.text = text
        self.values = []
    }

    /// A statement built from literals and interpolated values.
    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }

    /// A statement known in full, such as one of a migration.
    init(verbatim text: String) {
        self.init(stringLiteral: text)
    }

    /// The first query followed by the second, whose values are renumbered.
    public static func + (left: Query, right: Query) -> Query {
        var sum = left
        sum += right
        return sum
    }

    /// Appends a query, renumbering its values.
    public static func += (left: inout Query, right: Query) {
        left.text += Placeholders.rewrite(right.text) { "$\($0 + left.values.count)" }
        left.values += right.values
    }

    /// Collects the literals and the values of a `Query`.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var values: [SQLValue] = []

        /// Makes room for the text.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 4 * interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        /// Appends SQL as written in the source.
        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            values.append(value.sqlValue)
            text += "$\(values.count)"
        }

        /// Binds a value or NULL.
        ///
        /// An overload of its own: the compiler warns of an optional in an interpolation unless the parameter is one.
        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            values.append(value.sqlValue)
            text += "$\(values.count)"
        }

        /// Inserts text known at compile time, such as a table name; never a value.
        public mutating func appendInterpolation(unsafe text: StaticString) {
            self.text += text.description
        }

        /// Inserts a fragment with its own values.
        public mutating func appendInterpolation(_ fragment: Query) {
            text += Placeholders.rewrite(fragment.text) { "$\($0 + values.count)" }
            values += fragment.values
        }

        /// Binds each element of a list as `($1,$2,…)`, to stand after `IN`.
        ///
        /// An empty list becomes `(NULL)`: `x IN (NULL)` matches no row on either engine. So does `x NOT IN (NULL)`;
        /// ask for the list's emptiness before using NOT IN.
        public mutating func appendInterpolation(list elements: some Sequence<some SQLBindable>) {
            text += "("
            var isEmpty = true
            for element in elements {
                if !isEmpty { text += "," }
                isEmpty = false
                appendInterpolation(element)
            }
            text += isEmpty ? "NULL)" : ")"
        }
    }
}
