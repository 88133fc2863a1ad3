/// Comparison of secrets that takes as long for a near miss as for a far one.
public enum ConstantTime {
    /// Tells whether two byte strings are equal; only their lengths can be learnt from the time taken.
    public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for index in a.indices { difference |= a[index] ^ b[index] }
        return difference == 0
    }
}
