/// A sum that a rule states: names, exact numbers, `+ - * /`, comparisons, `min`, `max`, `floor`, `round` and `if`.
///
/// Nothing else can be said in it: no loops, no calls, no text. It ends always, and the same values give the same result.
public struct Formula: Sendable, Hashable {
    /// As it was written.
    public let text: String
    /// Every name it uses, in the order of first use.
    public let names: [String]
    let root: Node

    indirect enum Node: Sendable, Hashable {
        case number(ExactNumber)
        case name(String, column: Int)
        case negation(Node)
        case operation(Operator, Node, Node, column: Int)
        case call(Function, [Node], column: Int)
    }

    enum Operator: String, Sendable, Hashable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case less = "<"
        case lessOrEqual = "<="
        case more = ">"
        case moreOrEqual = ">="
        case equal = "=="
        case unequal = "!="
    }

    enum Function: String, Sendable, Hashable, CaseIterable {
        case min, max, floor, round
        case choose = "if"

        /// How many values it takes.
        var arity: ClosedRange<Int> {
            switch self {
            case .min, .max: 1...16
            case .floor: 1...1
            case .round: 2...2
            case .choose: 3...3
            }
        }
    }

    /// What is wrong with a formula, and where.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The place in the formula, counted from 1.
        public let column: Int
        /// What is wrong with which part, and the cure.
        public let reason: String
        /// The place and the reason.
        public var description: String { "column \(column): \(reason)" }
    }

    /// Reads a formula; refuses what is not one with the place.
    public init(_ text: String) throws(Fault) {
        var parser = FormulaParser(text)
        root = try parser.parse()
        names = parser.names
        self.text = text
    }

    /// Works it out; the only things that can go wrong are a name without value, a division by zero and a number too large.
    public func value(_ values: [String: ExactNumber]) throws(Fault) -> ExactNumber { try Self.value(root, values) }

    private static func value(_ node: Node, _ values: [String: ExactNumber]) throws(Fault) -> ExactNumber {
        switch node {
        case .number(let number): return number
        case .name(let name, let column):
            guard let value = values[name] else {
                throw Fault(
                    column: column,
                    reason: "\"\(name)\" is not known; known are \(values.keys.sorted().joined(separator: ", "))")
            }
            return value
        case .negation(let inner): return try value(inner, values).negated
        case .operation(let sign, let left, let right, let column):
            return try apply(sign, try value(left, values), try value(right, values), column)
        case .call(.choose, let parts, _):
            // Only the branch that is taken is worked out: the other may divide by what is zero here.
            return try value(parts[try value(parts[0], values).isZero ? 2 : 1], values)
        case .call(let function, let parts, let column):
            var given: [ExactNumber] = []
            for part in parts { given.append(try value(part, values)) }
            return try apply(function, given, column)
        }
    }

    private static func apply(
        _ sign: Operator, _ a: ExactNumber, _ b: ExactNumber, _ column: Int
    ) throws(Fault) -> ExactNumber {
        func truth(_ claim: Bool) -> ExactNumber { claim ? .one : .zero }
        let result: ExactNumber?
        switch sign {
        case .add: result = a.adding(b)
        case .subtract: result = a.subtracting(b)
        case .multiply: result = a.multiplied(by: b)
        case .divide:
            guard !b.isZero else {
                throw Fault(
                    column: column, reason: "divides \(a) by zero; guard it, for example if(days == 0, 0, sum / days)")
            }
            result = a.divided(by: b)
        case .less: return truth(a < b)
        case .lessOrEqual: return truth(a <= b)
        case .more: return truth(a > b)
        case .moreOrEqual: return truth(a >= b)
        case .equal: return truth(a == b)
        case .unequal: return truth(a != b)
        }
        guard let result else { throw Fault(column: column, reason: "the result is too large to be held exactly") }
        return result
    }

    private static func apply(_ function: Function, _ given: [ExactNumber], _ column: Int) throws(Fault) -> ExactNumber
    {
        switch function {
        case .min: return given.min() ?? .zero
        case .max: return given.max() ?? .zero
        case .floor: return given[0].floored
        case .round:
            guard let places = (0...6).first(where: { ExactNumber($0) == given[1] }),
                let value = given[0].rounded(to: places)
            else { throw Fault(column: column, reason: "round(value, places) takes 0 to 6 places, not \(given[1])") }
            return value
        case .choose: preconditionFailure("if is worked out before its values are")
        }
    }
}
