import SQL
import Testing

@Suite struct QueryTests {
    @Test func `an interpolation binds and never becomes text`() {
        let name = "'; DROP TABLE people; --"
        let query: Query = "SELECT id FROM people WHERE name = \(name) AND age > \(30)"
        #expect(query.text == "SELECT id FROM people WHERE name = $1 AND age > $2")
        #expect(query.values == [.text(name), .integer(30)])
    }

    @Test func `a sum renumbers the values of its second half`() {
        var query: Query = "SELECT 1 WHERE a = \(1) AND b = \(2)"
        query += " AND c = \(3) AND d = '$1' -- $2"
        #expect(query.text == "SELECT 1 WHERE a = $1 AND b = $2 AND c = $3 AND d = '$1' -- $2")
        #expect(query.values == [.integer(1), .integer(2), .integer(3)])
    }

    @Test func `a query inside a query keeps its values`() {
        let filter: Query = "kind = \("risk") OR kind = \("recall")"
        let query: Query = "SELECT id FROM notices WHERE state = \("sent") AND (\(filter)) LIMIT \(5)"
        #expect(query.text == "SELECT id FROM notices WHERE state = $1 AND (kind = $2 OR kind = $3) LIMIT $4")
        #expect(query.values == [.text("sent"), .text("risk"), .text("recall"), .integer(5)])
    }

    @Test func `a list binds each element`() {
        let query: Query = "DELETE FROM t WHERE id IN \(list: [7, 8, 9]) AND \(unsafe: "kind") = \("a")"
        #expect(query.text == "DELETE FROM t WHERE id IN ($1,$2,$3) AND kind = $4")
    }

    @Test func `an empty list is a list of nothing`() {
        #expect(("x IN \(list: [Int]())" as Query).text == "x IN (NULL)")
    }

    @Test func `an optional binds as NULL or as its value`() {
        let none: String? = nil
        let query: Query = "VALUES (\(none), \(Optional(4)), \(true), \(2.5), \([1, 2] as [UInt8]))"
        #expect(query.values == [.null, .integer(4), .integer(1), .real(2.5), .blob([1, 2])])
    }
}
